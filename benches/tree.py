#!/usr/bin/env python3
"""Ratios of whole runs over a real tree, measured side by side in one go.

    cargo build --release && benches/tree.py [--repeat 15] [--corpus DIR] [--binary PATH]

Without --corpus, the sources of many published crates are vendored once below
target/bench-corpus (some 38,000 Rust files, 540 MB; needs the network).
Needs `rg` on PATH. Runs of all commands are interleaved, so that a busy machine slows all of
them alike; each figure is the median and the minimum of wall time, processor time, and peak memory.
"""

import argparse
import collections
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent.parent
LEAST_FILES = 10_000

# Crates with much handwritten code; what they depend on comes along.
CRATES = """
actix-web aes anyhow arrow askama async-std axum backtrace bincode bindgen blake3 bstr bytes
camino cargo_metadata cargo_toml cbindgen chrono ciborium clap clap_complete color-eyre config
cranelift criterion crossbeam crossterm csv cxx darling dashmap datafusion deadpool derive_more
dialoguer diesel divan ed25519-dalek encoding_rs env_logger figment flate2 flume futures geo gix
glam globset governor h2 handlebars hashbrown hickory-resolver hyper hyper-util icu ignore image
indexmap indicatif insta itertools jiff jsonwebtoken lalrpop lapin lettre lexical logos lopdf
memchr miette minijinja mockall moka nalgebra ndarray nom notify num object opentelemetry parquet
pest petgraph plotters polars postgres proptest prost pulldown-cmark pyo3 quick-xml quinn rand
ratatui rayon redis regex reqwest rkyv rocket ron rstest rusqlite rust_decimal rustix rustls
rustyline salsa schemars scraper sea-orm serde serde_json serde_with similar sqlx strum swc_core
symphonia syn syntect sysinfo tantivy tera tokio tokio-postgres toml_edit tonic tower tower-http
tracing-subscriber tree-sitter tungstenite ureq url uuid validator warp wasmtime wgpu winit winnow
yew zbus zip zstd
""".split()


def corpus_of(arguments):
    """The folder of sources; vendors it if it is not there."""
    if arguments.corpus:
        return arguments.corpus.resolve()
    base = HERE / "target" / "bench-corpus"
    vendor = base / "crates"
    done = base / "complete"
    if not done.exists():
        manifest = base / "manifest"
        (manifest / "src").mkdir(parents=True, exist_ok=True)
        (manifest / "src" / "lib.rs").write_text("")
        dependencies = "".join(f'{name} = "*"\n' for name in CRATES)
        (manifest / "Cargo.toml").write_text(
            '[package]\nname = "corpus"\nversion = "0.0.0"\nedition = "2024"\n\n'
            f"[workspace]\n\n[dependencies]\n{dependencies}"
        )
        print(f"vendoring {len(CRATES)} crates into {vendor}", file=sys.stderr)
        subprocess.run(
            ["cargo", "vendor", "--quiet", "--versioned-dirs", vendor],
            cwd=manifest, check=True, stdout=subprocess.DEVNULL,
        )
        # Bindings of systems are generated, and would be most of the tree.
        generated = ("windows", "winapi", "web-sys", "objc2", "linux-raw-sys", "libc-")
        for folder in vendor.iterdir():
            if folder.name.startswith(generated):
                shutil.rmtree(folder)
        done.write_text("")
    return vendor


def words_of(files):
    """In how many files each capitalised or snake-case word occurs, and the files."""
    count = collections.Counter()
    pattern = re.compile(rb"\b[A-Za-z_][A-Za-z0-9_]{5,}\b")
    for file in files:
        count.update(set(pattern.findall(file.read_bytes())))
    return {word.decode(): number for word, number in count.items()}


def near(count, wanted, how_many):
    """The words whose number of files is nearest to the wanted one."""
    ranked = sorted(count, key=lambda word: (abs(count[word] - wanted), word))
    return ranked[:how_many]


def table(path, names, absent):
    """A table that moves items of the crate `zq_old`, which no file knows."""
    rules = [f'[[move]]\nfrom = "zq_old::a::{name}"\nto = "zq_new::a::{name}"\n' for name in names]
    rules += [
        f'[[move]]\nfrom = "zq_old::a{i % 97}::Gone{i:x}Zq"\nto = "zq_new::a::Gone{i:x}Zq"\n'
        for i in range(absent)
    ]
    path.write_text('language = "rust"\nname = "bench"\n\n' + "\n".join(rules))
    return path


class Command:
    """A command line and what its runs took."""

    def __init__(self, name, line, statuses=(0, 1)):
        self.name, self.line, self.statuses = name, [str(word) for word in line], statuses
        self.wall, self.cpu = [], []

    def run(self, folder):
        with tempfile.TemporaryFile() as errors:
            start = time.perf_counter()
            child = subprocess.Popen(
                self.line, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            _, status, usage = os.wait4(child.pid, 0)
            self.wall.append(time.perf_counter() - start)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode not in self.statuses:
                errors.seek(0)
                said = errors.read().decode(errors="replace")[-2000:]
                sys.exit(f"{' '.join(self.line)}: status {child.returncode}\n{said}")
        self.cpu.append(usage.ru_utime + usage.ru_stime)

    def peak(self, folder):
        """Bytes of memory at most. Asked through a small process of its own, since a child's count
        starts with what its parent had when it was made."""
        ask = (
            "import os, sys\n"
            "quiet = os.open(os.devnull, os.O_RDWR)\n"
            "actions = [(os.POSIX_SPAWN_DUP2, quiet, at) for at in (0, 1, 2)]\n"
            "child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)\n"
            "print(os.wait4(child, 0)[2].ru_maxrss)\n"
        )
        line = [sys.executable, "-S", "-c", ask, *self.line]
        said = subprocess.run(line, cwd=folder, check=True, capture_output=True, text=True).stdout
        # Kilobytes on Linux, bytes on macOS.
        return int(said) * (1 if sys.platform == "darwin" else 1024)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=pathlib.Path, help="a folder of Rust sources")
    parser.add_argument("--binary", type=pathlib.Path, default=HERE / "target/release/repoint")
    parser.add_argument("--repeat", type=int, default=15)
    arguments = parser.parse_args()
    if not shutil.which("rg"):
        sys.exit("ripgrep is not installed: put `rg` on PATH")
    binary = arguments.binary.resolve()
    if not binary.exists():
        sys.exit(f"{binary} does not exist: run `cargo build --release`")
    corpus = corpus_of(arguments)
    files = [path for path in corpus.rglob("*.rs") if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} Rust files, {size / 1e6:.0f} MB")
    if len(files) < LEAST_FILES:
        sys.exit(f"too small: at least {LEAST_FILES} Rust files are needed")
    count = words_of(files)
    some = near(count, len(files) // 100, 1)
    ten = near(count, len(files) // 1000, 10)
    print(f"the word of 1%: {some[0]} ({count[some[0]]} files)")

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        none_table = table(folder / "none.toml", [], 1)
        some_table = table(folder / "some.toml", some, 0)
        ten_table = table(folder / "ten.toml", ten, 0)
        many_table = table(folder / "many.toml", ten, 10_000 - len(ten))
        absent = "Gone0Zq"
        # Some crates hold sources on purpose that do not parse: those are named, with status 2.
        any_status = (0, 1, 2)

        def repoint(name, verb, mapping, *more):
            line = [binary, verb, "-m", mapping, "--output-format", "concise", *more, corpus]
            return Command(name, line, any_status)

        def rg(name, word):
            return Command(name, ["rg", "-l", "-w", "-g", "*.rs", word, corpus])

        commands = [
            rg("rg none", absent),
            repoint("check none", "check", none_table),
            rg("rg some", some[0]),
            repoint("check some", "check", some_table),
            repoint("diff some", "diff", some_table),
            repoint("check ten", "check", ten_table),
            repoint("check many", "check", many_table),
            Command("load ten", [binary, "mapping", "check", ten_table]),
            Command("load many", [binary, "mapping", "check", many_table]),
            repoint("check some -j1", "check", some_table, "-j1"),
            repoint("check some -j2", "check", some_table, "-j2"),
        ]
        peaks = {command.name: command.peak(folder) for command in commands}
        for turn in range(arguments.repeat + 1):
            for command in commands:
                # Outside of every project: no configuration, no mappings but the named ones.
                command.run(folder)
                if turn == 0:
                    # The first turn only warms the page cache.
                    command.wall.clear()
                    command.cpu.clear()

    print(f"\n{'':16}{'median':>9}{'minimum':>9}{'cpu':>9}{'peak':>9}")
    named = {}
    for command in commands:
        named[command.name] = command
        print(
            f"{command.name:16}{statistics.median(command.wall):8.3f}s{min(command.wall):8.3f}s"
            f"{min(command.cpu):8.3f}s{peaks[command.name] / 1e6:7.0f}MB"
        )

    def ratio(what, over, under):
        values = []
        for figure in (statistics.median, min):
            above = figure(named[over].wall)
            below = figure(named[under].wall)
            values.append(above / below)
        print(f"{what:52}{values[0]:7.2f}{values[1]:9.2f}")

    print(f"\n{'ratio of wall time':52}{'median':>7}{'minimum':>9}")
    ratio("check, nothing matches / rg -l", "check none", "rg none")
    ratio("check, 1% of the files match / rg -l", "check some", "rg some")
    ratio("diff, 1% of the files match / rg -l", "diff some", "rg some")
    ratio("check, 10,000 rules / 10 rules", "check many", "check ten")
    ratio("2 threads / 1 thread", "check some -j2", "check some -j1")
    for figure, name in ((statistics.median, "median"), (min, "minimum")):
        many = figure(named["check many"].wall) - figure(named["load many"].wall)
        ten_wall = figure(named["check ten"].wall) - figure(named["load ten"].wall)
        print(f"10,000 rules / 10 rules, loading taken off, {name}: {many / ten_wall:.2f}")


if __name__ == "__main__":
    main()
