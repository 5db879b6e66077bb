"""How long an import of a shoot takes, the first time and again, and how long it takes to list a large library.

Beside an import stand two things that people do with the same files: copying them with a sync of each file and folder,
and committing them with git, which syncs its objects. The images are a few bytes: none of the three should read more.
Beside a listing stands a plain folder with as many names. Every figure depends on how long a sync takes, which is
measured first, and those of an import on how many processors others leave.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from chemigram_core.repository import Repository
from scripts.bench.commands import CHEMFS, row, run
from scripts.bench.content import edit

_LISTINGS = 100


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
    print(f"{images} images with sidecars of {len(edit(0)) / 1000:.0f} KB; seconds: elapsed, of CPU; beside a copy")
    copied = row("a copy, each file and folder synced", lambda: copy_synced(source, place / "copy"))
    again = [*CHEMFS, "import", source, place / "library"]
    row("chemfs import", lambda: run(again), beside=copied)
    row("the same again, nothing changed", lambda: run(again), beside=copied)
    for number in range(0, images, 10):
        (source / f"{number:05}.NEF.xmp").write_bytes(edit(images + number))
    row("the same again, a tenth changed", lambda: run(again), beside=copied)
    row("git add and commit", lambda: commit(source), beside=copied)


def rolls(place: Path, images: int) -> None:
    """Print how long it takes to list the roll of what was imported; darktable lists it once for each image."""
    mountpoint, plain = place / "roll", place / "shoot"
    mountpoint.mkdir()
    roll = mountpoint / "shoot" / "roll"
    run([*CHEMFS, "mount", place / "library", mountpoint])
    print(f"the roll of {images} images, every fourth with a duplicate; seconds: elapsed, of CPU in the commands")
    stats = row("the shoot itself: ls -l", lambda: run(["ls", "-l", plain]))
    again = row("the shoot itself: listing", lambda: [os.listdir(plain) for _ in range(_LISTINGS)], _LISTINGS)
    row("first listing", lambda: os.listdir(roll), beside=stats)
    row("listing again, on average", lambda: [os.listdir(roll) for _ in range(_LISTINGS)], _LISTINGS, beside=again)
    row("ls -l", lambda: run(["ls", "-l", roll]), beside=stats)
    run([*CHEMFS, "unmount", mountpoint])


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
    looked = row("find, which looks at every name", lambda: run(["find", large]))
    for name, library in (("an empty one", empty), ("the large one", large)):
        row(f"{name}: mount", lambda library=library: run([*CHEMFS, "mount", library, mountpoint]))  # type: ignore[misc]
        row(f"{name}: first listing", lambda: len(os.listdir(mountpoint)), beside=looked)
        row(f"{name}: second listing", lambda: len(os.listdir(mountpoint)), beside=looked)
        run([*CHEMFS, "unmount", mountpoint])


def make_shoot(folder: Path, images: int) -> None:
    """Images of a few bytes with sidecars; every fourth has a duplicate."""
    folder.mkdir()
    for number in range(images):
        (folder / f"{number:05}.NEF").write_bytes(b"image")
        (folder / f"{number:05}.NEF.xmp").write_bytes(edit(number))
        if number % 4 == 0:
            (folder / f"{number:05}_01.NEF.xmp").write_bytes(edit(-number - 1))


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
        run([*git, *arguments])


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


if __name__ == "__main__":
    main()
