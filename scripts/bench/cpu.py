"""How much processor time saves, look-ups and reads take in process, without a mount; waiting isn't in it.

The first of each group is what an ordinary folder takes: the durable write of the same bytes, a stat, a read. Each
figure is the median of batches that are done in turn.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from chemigram_core.names import MaskName, TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from scripts.bench.content import edit, noise
from scripts.bench.saves import durable_write
from tests.support.by_path import ByPath

XMP = "image.xmp"
BATCH = 20
_STATES = 50
_COMMANDS = 5

Action = Callable[[int], object]  # gets a number that it had never before


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=15, help=f"batches of {BATCH} of each (default 15)")
    parser.add_argument("--folder", type=Path, help="where to work (default: the system's temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        repository = filled(folder)
        numbers = itertools.count(_STATES)
        print(f"{'':50} {'µs of CPU':>10} {'times the first':>16}")
        for group in (saves(folder, repository), looks(folder, repository), reads(folder, repository)):
            show(measured(group, options.batches, numbers))
        print(f"{'a save by the command line':50} {command(folder, repository, numbers):10.0f}")


def filled(folder: Path) -> Repository:
    """A repository with an image, states that share a mask, and a tag."""
    (folder / "a.raf").write_bytes(b"raw")
    repository = Repository.init(folder / "repository", folder / "a.raf")
    for number in range(_STATES):
        save_xmp(repository, MAIN, edit(number), mask_files={MaskName("subject"): noise(0, 200_000)})
    create_tag(repository, TagName("v1"))
    return repository


def saves(folder: Path, repository: Repository) -> dict[str, Action]:
    """Each saves a sidecar of 20 KB, which takes some of the time to make."""
    tree = ByPath(repository.root)
    return {
        "write, fsync, rename": lambda number: durable_write(folder / "plain", number),
        "save": lambda number: save_xmp(repository, MAIN, edit(number)),
        "save in the tree: open, write, close": lambda number: tree.write(f"heads/main/{XMP}", edit(number)),
        "the sidecar alone": edit,
    }


def looks(folder: Path, repository: Repository) -> dict[str, Action]:
    """Each looks all names of a path up."""
    tree = ByPath(repository.root)
    walks = {f"look-up in {name}": _without_number(tree.node, f"{path}/{XMP}") for name, path in _states(repository)}
    return {"stat": lambda _: (folder / "plain").stat(), **walks}


def reads(folder: Path, repository: Repository) -> dict[str, Action]:
    """Each looks all names of a path up, opens, reads and closes the file."""
    tree = ByPath(repository.root)
    whole = {f"read in {name}": _without_number(tree.read, f"{path}/{XMP}") for name, path in _states(repository)}
    return {"open, read, close": lambda _: (folder / "plain").read_bytes(), **whole}


def measured(actions: dict[str, Action], batches: int, numbers: Iterator[int]) -> dict[str, float]:
    """Microseconds of each action; they take turns."""
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(batches):
        for name, action in actions.items():
            taken[name].append(_microseconds(action, itertools.islice(numbers, BATCH)) / BATCH)
    return {name: statistics.median(times) for name, times in taken.items()}


def command(folder: Path, repository: Repository, numbers: Iterator[int]) -> float:
    """Microseconds of `chemfs snapshot`, from the start of Python to its end."""
    path = folder / "sidecar.xmp"
    words: list[str | Path] = [sys.executable, "-m", "chemfs", "snapshot", repository.root, path]
    before = _of_children()
    for number in itertools.islice(numbers, _COMMANDS):
        path.write_bytes(edit(number))
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return (_of_children() - before) / _COMMANDS * 1e6


def show(found: dict[str, float]) -> None:
    """Print a group."""
    first = next(iter(found.values()))
    for name, microseconds in found.items():
        print(f"{name:50} {microseconds:10.1f} {microseconds / first:16.1f}")
    print()


def _states(repository: Repository) -> list[tuple[str, str]]:
    """Folders of the last state, each with its name here."""
    return [("tags", "tags/v1"), ("heads", "heads/main"), ("snapshots", f"snapshots/{repository.tip(MAIN)}")]


def _without_number(action: Callable[[str], object], path: str) -> Action:
    return lambda _: action(path)


def _microseconds(action: Action, numbers: Iterable[int]) -> float:
    before = time.process_time()
    for number in numbers:
        action(number)
    return (time.process_time() - before) * 1e6


def _of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
