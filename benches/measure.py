"""Commands that are measured: what `tree.py`, `python_tree.py` and `growth.py` share.

Runs of all commands are interleaved, so that a busy machine slows all of them alike; each figure is
the median and the minimum of wall time, the minimum of processor time, and peak memory.
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


def arguments_of(about, what, repeat, numbers=(), needs=("rg",)):
    """The command line, with more options for numbers; ends the program if a program that it `needs`, or the
    binary, is missing."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--corpus", type=pathlib.Path, help=f"a folder of {what} sources")
    parser.add_argument("--binary", type=pathlib.Path, default=HERE / "target/release/repoint")
    parser.add_argument("--repeat", type=int, default=repeat)
    for option, usual in numbers:
        parser.add_argument(option, type=int, default=usual)
    arguments = parser.parse_args()
    for program in needs:
        if not shutil.which(program):
            sys.exit(f"{program} is not installed: put it on PATH")
    arguments.binary = arguments.binary.resolve()
    if not arguments.binary.exists():
        sys.exit(f"{arguments.binary} does not exist: run `cargo build --release`")
    return arguments


def sources(corpus, suffix, least):
    """The sources below the corpus; ends the program if they are too few."""
    files = [path for path in corpus.rglob(f"*{suffix}") if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} files *{suffix}, {size / 1e6:.0f} MB")
    if len(files) < least:
        sys.exit(f"too small: at least {least} such files are needed")
    return files


def words_of(files):
    """In how many files each capitalised or snake-case word occurs."""
    count = collections.Counter()
    pattern = re.compile(rb"\b[A-Za-z_][A-Za-z0-9_]{5,}\b")
    for file in files:
        count.update(set(pattern.findall(file.read_bytes())))
    return {word.decode(): number for word, number in count.items()}


def near(count, wanted, how_many):
    """The words whose number of files is nearest to the wanted one."""
    ranked = sorted(count, key=lambda word: (abs(count[word] - wanted), word))
    return ranked[:how_many]


def table(path, language, rules):
    """A table of moves: pairs of an old and a new path."""
    moves = [f'[[move]]\nfrom = "{old}"\nto = "{new}"\n' for old, new in rules]
    path.write_text(f'language = "{language}"\nname = "bench"\n\n' + "\n".join(moves))
    return path


class Command:
    """A command line and what its runs took."""

    def __init__(self, name, line, statuses=(0, 1)):
        self.name, self.line, self.statuses = name, [str(word) for word in line], statuses
        self.wall, self.cpu = [], []
        self.peak_bytes = 0
        # Of the last run.
        self.status = None
        # How often it runs at most; `None`: as often as the others.
        self.most = None

    def run(self, folder):
        with tempfile.TemporaryFile() as errors:
            start = time.perf_counter()
            child = subprocess.Popen(
                self.line, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            _, status, usage = os.wait4(child.pid, 0)
            self.wall.append(time.perf_counter() - start)
            child.returncode = self.status = os.waitstatus_to_exitcode(status)
            if child.returncode not in self.statuses:
                errors.seek(0)
                said = errors.read().decode(errors="replace")[-2000:]
                sys.exit(f"{' '.join(self.line)[:2000]}: status {child.returncode}\n{said}")
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


def measured(commands, folder, repeat):
    """Runs every command `repeat` times in `folder`, prints what they took, and gives them by name."""
    print(f"load average {os.getloadavg()[0]:.1f} before", end="", flush=True)
    for command in commands:
        # This also warms the page cache.
        command.peak_bytes = command.peak(folder)
    for turn in range(repeat):
        for command in commands:
            if command.most is None or turn < command.most:
                command.run(folder)
    print(f", {os.getloadavg()[0]:.1f} after, {repeat} runs of each on {os.cpu_count()} cores")
    width = max(len(command.name) for command in commands) + 1
    print(f"\n{'':{width}}{'median':>9}{'minimum':>9}{'cpu':>9}{'peak':>9}")
    for command in commands:
        print(
            f"{command.name:{width}}{statistics.median(command.wall):8.3f}s"
            f"{min(command.wall):8.3f}s{min(command.cpu):8.3f}s{command.peak_bytes / 1e6:7.0f}MB"
        )
    print(f"\n{'ratio of wall time':60}{'median':>7}{'minimum':>9}")
    return {command.name: command for command in commands}


def ratio(what, named, over, under, less_over=None, less_under=None, times=1):
    """Prints how many times as long `over` takes as `under`; what the other two take is taken off
    before, and `over` counts `times` times."""
    values = []
    for figure in (statistics.median, min):
        off = [figure(named[name].wall) if name else 0 for name in (less_over, less_under)]
        above = times * (figure(named[over].wall) - off[0])
        values.append(above / (figure(named[under].wall) - off[1]))
    print(f"{what:60}{values[0]:7.2f}{values[1]:9.2f}")
