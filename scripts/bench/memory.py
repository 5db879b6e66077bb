"""How much memory a daemon takes after many files were looked at, and how many threads when many ask at once."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path

from chemigram_core.repository import Repository
from scripts.bench import gc
from tests.support.daemon import Daemon

_NAMES_OF_A_STATE = 6  # its folder, image.xmp, masks, and three of these
_STEPS = 4
_CLIENTS = 64
_SECONDS = 3.0


def main() -> None:
    """Build, look and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000, help="to be looked at (default 100000)")
    parser.add_argument("--folder", type=Path, help="where to work (default: the system's temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        repository = Repository.init(Path(name) / "repository")
        gc.build(repository, options.files // _NAMES_OF_A_STATE + 1)
        daemon = Daemon(repository.root, Path(name) / "mnt")
        try:
            look(daemon, options.files)
            print(f"{threads_at_most(daemon)} threads at most while {_CLIENTS} clients read")
        finally:
            daemon.unmount()


def look(daemon: Daemon, files: int) -> None:
    """Look at so many files, and print the memory at each step."""
    paths = everything(str(daemon.mountpoint / "snapshots"))
    print(f"{0:9} files {daemon.memory_bytes() / 1e6:8.1f} MB")
    for step in range(1, _STEPS + 1):
        for path in islice(paths, files // _STEPS):
            os.stat(path)  # noqa: PTH116
        print(f"{files // _STEPS * step:9} files {daemon.memory_bytes() / 1e6:8.1f} MB", flush=True)


def everything(folder: str) -> Iterator[str]:
    """All paths below a folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry.path
            if entry.is_dir(follow_symlinks=False):
                yield from everything(entry.path)


def threads_at_most(daemon: Daemon) -> int:
    """The largest number of the daemon's threads that was seen while many clients read."""
    most, end = 0, time.monotonic() + _SECONDS
    folders = os.listdir(daemon.mountpoint / "snapshots")
    with ThreadPoolExecutor(_CLIENTS) as pool:
        clients = {pool.submit(_read, daemon.mountpoint, folders[first::_CLIENTS], end) for first in range(_CLIENTS)}
        while clients:
            _, clients = wait(clients, timeout=0.01)
            most = max(most, daemon.threads())
    return most


def _read(mountpoint: Path, folders: list[str], end: float) -> None:
    for folder in folders:
        if time.monotonic() > end:
            return
        (mountpoint / "snapshots" / folder / "image.xmp").read_bytes()


if __name__ == "__main__":
    main()
