"""How long an import of a shoot takes, the first time and again, and how long it takes to list a large library.

Beside it stand two things that people do with the same files: copying them with a sync of each file and folder, and
committing them with git, which syncs its objects. The images are a few bytes: none of the three should read more.
Every figure depends on how long a sync takes, which is measured first.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from chemigram_core.repository import Repository
from scripts.bench.content import edit

_LISTINGS = 100
_CHEMFS = [sys.executable, "-m", "chemfs"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1_000, help="images with a sidecar each (default 1000)")
    parser.add_argument("--repositories", type=int, default=10_000, help="of the library to list (default 10000)")
    parser.add_argument("--folder", type=Path, help="where to work (default: the system's temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        place = Path(folder)
        print(f"an fsync of a new small file and of its folder: {_sync_seconds(place) * 1000:.2f} ms in the middle")
        imports(place, options.images)
        rolls(place, options.images)
        listings(place, options.repositories)


def imports(place: Path, images: int) -> None:
    """Print how long imports take, and the same files by other means."""
    source = place / "shoot"
    make_shoot(source, images)
    print(f"{images} images with sidecars of {len(edit(0)) / 1000:.0f} KB; seconds: elapsed, of CPU")
    run = [*_CHEMFS, "import", source, place / "library"]
    row("chemfs import", lambda: _run(run))
    row("the same again, nothing changed", lambda: _run(run))
    for number in range(0, images, 10):
        (source / f"{number:05}.NEF.xmp").write_bytes(edit(images + number))
    row("the same again, a tenth changed", lambda: _run(run))
    row("a copy, each file and folder synced", lambda: copy_synced(source, place / "copy"))
    row("git add and commit", lambda: commit(source))


def rolls(place: Path, images: int) -> None:
    """Print how long it takes to list the roll of what was imported; darktable lists it once for each image."""
    mountpoint = place / "roll"
    mountpoint.mkdir()
    roll = mountpoint / "shoot" / "roll"
    _run([*_CHEMFS, "mount", place / "library", mountpoint])
    print(f"the roll of {images} images with a sidecar each; seconds: elapsed, of CPU in the commands")
    row("first listing", lambda: os.listdir(roll))
    row("listing again, on average", lambda: [os.listdir(roll) for _ in range(_LISTINGS)], _LISTINGS)
    row("ls -l", lambda: _run(["ls", "-l", roll]))
    _run([*_CHEMFS, "unmount", mountpoint])


def listings(place: Path, repositories: int) -> None:
    """Print how long it takes to mount a library and to list it, beside an empty one."""
    large, empty, mountpoint = place / "large", place / "empty", place / "mnt"
    for number in range(repositories):
        make_bare_repository(large / f"{number:05}.NEF")
    for library in (large, empty):
        library.mkdir(exist_ok=True)
        (library / "library.json").write_text("{}")
    mountpoint.mkdir()
    print(f"a library of {repositories} repositories; seconds: elapsed, of CPU in the commands")
    for name, library in (("an empty one", empty), ("the large one", large)):
        row(f"{name}: mount", lambda library=library: _run([*_CHEMFS, "mount", library, mountpoint]))  # type: ignore[misc]
        row(f"{name}: first listing", lambda: len(os.listdir(mountpoint)))
        row(f"{name}: second listing", lambda: len(os.listdir(mountpoint)))
        _run([*_CHEMFS, "unmount", mountpoint])


def row(name: str, action: Callable[[], object], times: int = 1) -> None:
    """Print one row, of an action that does the same so many times."""
    before, cpu = time.perf_counter(), _cpu_seconds()
    action()
    elapsed, computed = (time.perf_counter() - before) / times, (_cpu_seconds() - cpu) / times
    print(f"{name:40} {elapsed:8.3f} {computed:8.3f}", flush=True)


def make_shoot(folder: Path, images: int) -> None:
    """Images of a few bytes, with sidecars."""
    folder.mkdir()
    for number in range(images):
        (folder / f"{number:05}.NEF").write_bytes(b"image")
        (folder / f"{number:05}.NEF.xmp").write_bytes(edit(number))


def make_bare_repository(root: Path) -> None:
    """A repository without a sync, which is all that a listing needs."""
    for name in ("objects", "refs/heads", "refs/tags", "masks"):
        (root / name).mkdir(parents=True)
    (root / "HEAD").write_text("ref: refs/heads/main\n")
    Repository(root)


def copy_synced(source: Path, target: Path) -> None:
    """`cp -r`, with a sync of each file and of its folder."""
    target.mkdir()
    folder = os.open(target, os.O_RDONLY)
    for path in sorted(source.iterdir()):
        with (target / path.name).open("wb") as file:
            file.write(path.read_bytes())
            file.flush()
            os.fsync(file.fileno())
        os.fsync(folder)
    os.close(folder)


def commit(source: Path) -> None:
    """A git repository of the shoot, whose objects are synced when they are written."""
    git = ["git", "-C", source, "-c", "core.fsync=all", "-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "shoot"]):
        _run([*git, *arguments])


def _sync_seconds(place: Path) -> float:
    seconds = []
    for number in range(50):
        before = time.perf_counter()
        (place / f"sync-{number}").mkdir()
        with (place / f"sync-{number}" / "file").open("wb") as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
        seconds.append(time.perf_counter() - before)
    return statistics.median(seconds)


def _cpu_seconds() -> float:
    """The time that this process and its ended children have computed."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _run(command: list[object]) -> None:
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
