#!/usr/bin/env python3
"""What `migrate` adds to its gates and transactions, against one `apply` of the same edits.

    cargo build --release && benches/migrate.py [--corpus DIR] [--files 10000] [--batches 200] [--repeat 3]

A copy of a real tree of Python (the corpus of `python_tree.py` if none is named), in a repository of git, gets a
deprecated import in ten files for each batch. `migrate` judges each batch by the gate
`true`; `apply` writes all at once. What a batch costs is the difference to a migration of the same files in one
batch, less what it takes to start the gate.
"""

import pathlib
import resource
import shutil
import statistics
import subprocess
import tempfile

import measure
import python_tree

A_BATCH = 10
IMPORT = "\nfrom zq_old.a import ZqName\n"
# The largest ratio to one apply, and seconds a batch.
MOST_RATIO, MOST_SECONDS = 3.0, 0.050


def copied(corpus, folder, files, batches):
    """A repository with so many files of the corpus, and imports in ten a batch."""
    taken = []
    for source in sorted(corpus.rglob("*.py")):
        if len(taken) == files:
            break
        if not source.is_file() or source.is_symlink():
            continue
        text = source.read_bytes()
        try:
            compile(text, str(source), "exec", dont_inherit=True)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        to = folder / source.relative_to(corpus)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(text)
        taken.append(to)
    wanted = A_BATCH * batches
    if len(taken) < wanted:
        raise SystemExit(f"{len(taken)} files: at least {wanted} are needed")
    for path in taken[:: len(taken) // wanted][:wanted]:
        path.write_bytes(path.read_bytes() + IMPORT.encode())
    measure.table(folder / "map.toml", "python", [("zq_old.a.ZqName", "zq_new.b.ZqName")])
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "gc.auto=0"]
    (folder / ".gitignore").write_text(".repoint\n")
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-qm", "all"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    return len(taken), wanted


def configured(folder, batch):
    gate = '[[gate]]\nname = "true"\nrun = ["true"]\nbefore = "pass"\nduring = "pass"\nafter = "pass"\n'
    text = f'mappings = ["map.toml"]\n\n{gate}\n[migrate]\nbatch = {batch}\n'
    (folder / "repoint.toml").write_text(text)


def timed(line, folder):
    """Seconds of the processor that a run and its children took, after which the tree is as before."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if ran.returncode != 0:
        raise SystemExit(f"{line}: status {ran.returncode}\n{ran.stderr[-2000:]}")
    subprocess.run(["git", "checkout", "-q", "."], cwd=folder, check=True)
    shutil.rmtree(folder / ".repoint", ignore_errors=True)
    return took


def main():
    numbers = (("--files", 10_000), ("--batches", 200))
    arguments = measure.arguments_of(__doc__, "Python", 3, numbers, needs=("git",))
    corpus = python_tree.corpus_of(arguments)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder).resolve()
        files, edited = copied(corpus, folder, arguments.files, arguments.batches)
        print(f"{files} files, {edited} to be edited, {arguments.batches} batches")
        took = {"apply": [], "one batch": [], "batches": [], "gate": []}
        for _ in range(arguments.repeat):
            configured(folder, edited)
            took["apply"].append(timed([arguments.binary, "apply", "-q", "--allow-dirty"], folder))
            configured(folder, edited)
            took["one batch"].append(
                timed([arguments.binary, "migrate", "-q", "--allow-dirty"], folder)
            )
            configured(folder, A_BATCH)
            took["batches"].append(timed([arguments.binary, "migrate", "-q", "--allow-dirty"], folder))
            took["gate"].append(timed(["true"], folder))
        for name, seconds in took.items():
            listed = " ".join(f"{one:.2f}" for one in seconds)
            print(f"{name:10} {min(seconds):.3f} s, median {statistics.median(seconds):.3f} s ({listed})")
        least = {name: min(seconds) for name, seconds in took.items()}
        ratio = least["batches"] / least["apply"]
        more = (least["batches"] - least["one batch"]) / (arguments.batches - 1) - least["gate"]
        print(f"batches against apply: {ratio:.2f} (at most {MOST_RATIO})")
        print(f"a batch: {more * 1000:.1f} ms (at most {MOST_SECONDS * 1000:.0f})")


if __name__ == "__main__":
    main()
