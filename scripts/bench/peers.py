"""What chemfs is compared with where it is installed: bindfs (FUSE in C) and ratarmount (FUSE in Python)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts.bench.trees import Tree

_SECONDS = 10.0


def install() -> None:
    """Install ratarmount into an environment of its own in the user's cache; bindfs is a package of the system."""
    if not _ratarmount().exists():
        venv.create(_environment(), with_pip=True)
        subprocess.run([_environment() / "bin" / "pip", "install", "--quiet", "ratarmount"], check=True)
    if not shutil.which("bindfs"):
        print("bindfs is missing: install the system's package (apt-get install bindfs)", file=sys.stderr)


@contextmanager
def mounted(tree: Tree, folder: Path) -> Iterator[dict[str, Path]]:
    """The mountpoint of each peer and of chemfs by name, freshly mounted, and the ordinary folder."""
    commands: dict[str, list[str | Path]] = {"chemfs": [sys.executable, "-m", "chemfs", "mount", tree.repository]}
    if shutil.which("bindfs"):
        commands["bindfs"] = ["bindfs", "--no-allow-other", tree.plain]
    if _ratarmount().exists():
        commands["ratarmount"] = [_ratarmount(), tree.archive]
    with ExitStack() as stack:
        places = {"plain": tree.plain}
        for name, command in commands.items():
            places[name] = stack.enter_context(_mounted(command, folder / name))
        yield places


@contextmanager
def _mounted(command: list[str | Path], mountpoint: Path) -> Iterator[Path]:
    mountpoint.mkdir(exist_ok=True)
    subprocess.run([*command, mountpoint], check=True, stdout=subprocess.DEVNULL)
    try:
        _wait(mountpoint, is_mounted=True)
        yield mountpoint
    finally:
        subprocess.run(["fusermount", "-u", mountpoint], check=True)
        _wait(mountpoint, is_mounted=False)


def _wait(mountpoint: Path, *, is_mounted: bool) -> None:
    """Return when something is mounted there, or no longer is. Raises TimeoutError."""
    deadline = time.monotonic() + _SECONDS
    while mountpoint.is_mount() is not is_mounted:
        if time.monotonic() > deadline:
            raise TimeoutError(mountpoint)
        time.sleep(0.01)


def _ratarmount() -> Path:
    return _environment() / "bin" / "ratarmount"


def _environment() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "chemfs-bench" / "ratarmount"
