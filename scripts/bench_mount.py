"""How fast a mount answers: looking, opening, reading and copying, beside the same files in an ordinary folder.

Builds a repository of many states, writes the same states as plain files, and times each task in both places in turn,
in processes of their own. A ratio of 2 means: half as fast as the ordinary folder. Where `bindfs` is installed, an
ordinary folder shown through it (FUSE in C) stands as a third.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from chemigram_core.names import MaskName
from chemigram_core.operations.export import export
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from scripts.bench_saves import edit, noise

Task = Callable[[Path], object]


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--states", type=int, default=500, help="states in the repository (default 500)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each task is timed (default 5)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repository = build(folder, options.states)
        plain = folder / "plain"
        for digest in repository.history.moments(MAIN.ref):
            export(repository, digest.digest, plain / digest.digest)
        with contextlib.ExitStack() as stack:
            places = {
                "plain": plain,
                "chemfs": stack.enter_context(chemfs(repository.root, folder / "mnt")) / "snapshots",
            }
            if shutil.which("bindfs"):
                places["bindfs"] = stack.enter_context(bindfs(plain, folder / "bound"))
            report(places, options.rounds)


def build(folder: Path, states: int) -> Repository:
    """A repository with an image of 100 MB, an edit of 23 KB a state and five masks of 200 KB in turn."""
    (folder / "a.raf").write_bytes(random.Random(0).randbytes(100_000_000))
    repository = Repository.init(folder / "repository", folder / "a.raf")
    masks = [noise(seed, 200_000) for seed in range(5)]
    for number in range(states):
        save_xmp(repository, MAIN, edit(number), mask_files={MaskName("subject"): masks[number % 5]})
    return repository


def report(places: dict[str, Path], rounds: int) -> None:
    """Print the time of each task in the plain folder, and how many times longer it takes elsewhere."""
    others = [name for name in places if name != "plain"]
    print(f"{'task':44} {'plain, s':>9} " + " ".join(f"{name:>8}" for name in others))
    for task, action in tasks().items():
        seconds: dict[str, list[float]] = {name: [] for name in places}
        for _ in range(rounds):
            for name, path in places.items():
                before = time.perf_counter()
                action(path)
                seconds[name].append(time.perf_counter() - before)
        median = {name: statistics.median(found) for name, found in seconds.items()}
        ratios = " ".join(f"{median[name] / median['plain']:8.1f}" for name in others)
        print(f"{task:44} {median['plain']:9.4f} {ratios}")


def tasks() -> dict[str, Task]:
    """What is timed; each gets the folder of all states."""
    return {
        "find": lambda path: run("find", path),
        "ls -lR": lambda path: run("ls", "-lR", path),
        "stat of every XMP": lambda path: [(state / "image.xmp").stat() for state in path.iterdir()],
        "names that aren't there": lambda path: [(state / "nothing").exists() for state in path.iterdir()],
        "open and read every XMP": lambda path: [(state / "image.xmp").read_bytes() for state in path.iterdir()],
        "the image of 100 MB (cat)": lambda path: run("cat", next(path.iterdir()) / "a.raf"),
        "every mask (cat)": lambda path: run("sh", "-c", 'cat "$0"/*/masks/*', path),
    }


def run(*words: str | Path) -> None:
    """Run a program and throw away what it prints."""
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def chemfs(root: Path, mountpoint: Path) -> Iterator[Path]:
    """`root`, mounted by chemfs."""
    mountpoint.mkdir()
    run(sys.executable, "-m", "chemfs", "mount", root, mountpoint)
    try:
        yield mountpoint
    finally:
        run(sys.executable, "-m", "chemfs", "unmount", mountpoint)


@contextlib.contextmanager
def bindfs(root: Path, mountpoint: Path) -> Iterator[Path]:
    """`root`, mounted by bindfs."""
    mountpoint.mkdir()
    run("bindfs", "--no-allow-other", root, mountpoint)
    try:
        yield mountpoint
    finally:
        run("fusermount", "-u", mountpoint)


if __name__ == "__main__":
    main()
