"""How long a save takes: a 20 KB sidecar through a mount, alone and while large masks are being saved beside it.

Each figure is compared with a durable write of the same bytes to the same disk (temporary, fsync, rename, fsync of the
folder), taken in turn with it. darktable switches its autosave off where a save takes longer than 0.5 s.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts.bench.content import edit, noise

AUTOSAVE_SECONDS = 0.5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--saves", type=int, default=100, help="saves a row (default 100)")
    parser.add_argument("--mask-megabytes", type=int, default=20, help="size of the masks saved beside (default 20)")
    parser.add_argument("--folder", type=Path, help="where to work (default: the system's temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, mounted(Path(folder)) as branch:
        print(f"{options.saves} saves of {len(edit(0)) / 1000:.0f} KB a row; seconds: median, 99th of 100, longest")
        row("a durable write to the disk", measure(options.saves, lambda n: durable_write(Path(folder) / "plain", n)))
        alone = measure(options.saves, lambda n: save(branch, n))
        row("a save through the mount, alone", alone)
        with masks_beside(branch, options.mask_megabytes):
            beside = measure(options.saves, lambda n: save(branch, options.saves + n))
        row(f"the same while masks of {options.mask_megabytes} MB are saved", beside)
        over = sum(seconds > AUTOSAVE_SECONDS for seconds in beside)
        print(f"longer than darktable's autosave accepts ({AUTOSAVE_SECONDS} s): {over} of {len(beside)}")


def row(name: str, seconds: list[float]) -> None:
    """Print one row."""
    ordered = sorted(seconds)
    late = ordered[int(len(ordered) * 0.99)] if len(ordered) > 1 else ordered[0]
    print(f"{name:50} {statistics.median(ordered):8.4f} {late:8.4f} {ordered[-1]:8.4f}")


def measure(times: int, action: Callable[[int], None]) -> list[float]:
    """How long `action` took each time, in seconds."""
    seconds = []
    for number in range(times):
        before = time.perf_counter()
        action(number)
        seconds.append(time.perf_counter() - before)
    return seconds


def save(branch: Path, number: int) -> None:
    """Save the edit of that number as `cp` does."""
    with (branch / "image.xmp").open("wb") as file:
        file.write(edit(number))


def durable_write(path: Path, number: int) -> None:
    """The same bytes as a careful program writes them to an ordinary folder."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(edit(number))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


@contextlib.contextmanager
def masks_beside(branch: Path, megabytes: int) -> Iterator[None]:
    """Save one large mask after another until the block ends."""
    stopped = threading.Event()
    masks = [noise(seed, megabytes * 1_000_000) for seed in range(2)]

    def go_on() -> None:
        for number in range(10**9):
            if stopped.is_set():
                return
            (branch / "masks" / "subject.png").write_bytes(masks[number % 2])

    saver = threading.Thread(target=go_on)
    saver.start()
    try:
        yield
    finally:
        stopped.set()
        saver.join()


@contextlib.contextmanager
def mounted(folder: Path) -> Iterator[Path]:
    """The branch main of a new repository, mounted."""
    chemfs = [sys.executable, "-m", "chemfs"]
    (folder / "mnt").mkdir()
    subprocess.run([*chemfs, "init", folder / "repository"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*chemfs, "mount", folder / "repository", folder / "mnt"], check=True, stdout=subprocess.DEVNULL)
    try:
        branch = folder / "mnt" / "heads" / "main"
        save(branch, -1)
        yield branch
    finally:
        subprocess.run([*chemfs, "unmount", folder / "mnt"], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
