#!/usr/bin/env python3
"""Ratios of whole runs over a real tree of Rust, measured side by side in one go.

    cargo build --release && benches/tree.py [--repeat 15] [--corpus DIR] [--binary PATH]

Without --corpus, the sources of many published crates are vendored once below
target/bench-corpus (some 38,000 Rust files, 540 MB; needs the network). Needs `rg` on PATH.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import measure

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
    base = measure.HERE / "target" / "bench-corpus"
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


def table(path, names, absent):
    """A table that moves items of the crate `zq_old`, which no file knows."""
    rules = [(f"zq_old::a::{name}", f"zq_new::a::{name}") for name in names]
    rules += [
        (f"zq_old::a{i % 97}::Gone{i:x}Zq", f"zq_new::a::Gone{i:x}Zq") for i in range(absent)
    ]
    return measure.table(path, "rust", rules)


def main():
    arguments = measure.arguments_of(__doc__, "Rust", 15)
    binary = arguments.binary
    corpus = corpus_of(arguments)
    files = measure.sources(corpus, ".rs", LEAST_FILES)
    count = measure.words_of(files)
    some = measure.near(count, len(files) // 100, 1)
    ten = measure.near(count, len(files) // 1000, 10)
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
            return measure.Command(name, line, any_status)

        def rg(name, word):
            return measure.Command(name, ["rg", "-l", "-w", "-g", "*.rs", word, corpus])

        commands = [
            rg("rg none", absent),
            repoint("check none", "check", none_table),
            rg("rg some", some[0]),
            repoint("check some", "check", some_table),
            repoint("diff some", "diff", some_table),
            repoint("check ten", "check", ten_table),
            repoint("check many", "check", many_table),
            measure.Command("load ten", [binary, "mapping", "check", ten_table]),
            measure.Command("load many", [binary, "mapping", "check", many_table]),
            repoint("check some -j1", "check", some_table, "-j1"),
            repoint("check some -j2", "check", some_table, "-j2"),
        ]
        # Outside of every project: no configuration, no mappings but the named ones.
        named = measure.measured(commands, folder, arguments.repeat)

    ratio = measure.ratio
    ratio("check, nothing matches / rg -l", named, "check none", "rg none")
    ratio("check, 1% of the files match / rg -l", named, "check some", "rg some")
    ratio("diff, 1% of the files match / rg -l", named, "diff some", "rg some")
    ratio("check, 10,000 rules / 10 rules", named, "check many", "check ten")
    ratio("the same, loading taken off", named, "check many", "check ten", "load many", "load ten")
    ratio("2 threads / 1 thread", named, "check some -j2", "check some -j1")


if __name__ == "__main__":
    main()
