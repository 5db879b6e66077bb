"""A mount whose daemon strace traces during all kinds of changes, with the moment when each was acknowledged.

After each change a file is made beside the branch's, which is a mark in the trace.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from scripts.campaigns.power_cut_workload import state_of
from scripts.campaigns.traced_calls import OPTIONS, Call, calls
from tests.support.builders import mask, sidecar
from tests.support.daemon import Daemon
from tests.support.strace import attached

State = dict[str, dict[str, str]]

_MARK = "mark-"
_REST_SECONDS = 0.05  # what a daemon does after it has answered
_REMOVAL_SECONDS = 2.5  # until a removed mask becomes a snapshot


def trace_mount(root: Path, mountpoint: Path, log: Path, rounds: int) -> tuple[list[Call], list[State]]:
    """The calls of a daemon, and the state of its repository before and after each change."""
    daemon = Daemon(root, mountpoint)
    states = [state_of(root)]
    try:
        with attached(daemon.process.pid, [*OPTIONS, "-o", str(log)]):
            for change in (change for number in range(rounds) for change in _changes(mountpoint, number)):
                change()
                time.sleep(_REST_SECONDS)
                (mountpoint / "heads/main" / f"{_MARK}{len(states)}").touch()
                states.append(state_of(root))
    finally:
        daemon.unmount()
    return list(calls(log.read_text().splitlines())), states


def is_mark(call: Call) -> bool:
    """Whether a change was acknowledged before this call."""
    return call.name == "openat" and "O_CREAT" in call.flags and _MARK in call.path(0)


def _changes(mountpoint: Path, number: int) -> Iterator[Callable[[], object]]:
    main, side, tag = mountpoint / "heads/main", mountpoint / f"heads/side-{number}", mountpoint / f"tags/v{number}"
    base = 100 * number
    yield lambda: (main / "image.xmp").write_bytes(sidecar(base + 1))
    yield lambda: (main / "masks/sky.png").write_bytes(mask(base % 200))
    yield lambda: (main / "image.xmp").write_bytes(sidecar(base + 2))
    yield lambda: _save_by_rename(main, sidecar(base + 3))
    yield lambda: (main / "masks/sky.png").rename(main / "masks/clouds.png")
    yield lambda: _refused(main / "image.xmp")
    yield side.mkdir
    yield tag.mkdir
    yield lambda: _check_out(mountpoint, f"heads/side-{number}")
    yield lambda: (side / "image.xmp").write_bytes(sidecar(base + 4))
    yield lambda: _remove(side / "masks/clouds.png")
    yield lambda: side.rename(mountpoint / f"heads/other-{number}")
    yield lambda: _check_out(mountpoint, f"tags/v{number}")
    yield lambda: _check_out(mountpoint, "heads/main")
    yield (mountpoint / f"heads/other-{number}").rmdir


def _save_by_rename(folder: Path, data: bytes) -> None:
    (folder / "image.xmp.tmp").write_bytes(data)
    (folder / "image.xmp.tmp").rename(folder / "image.xmp")


def _refused(path: Path) -> None:
    with suppress(OSError):
        path.write_bytes(b"no XMP")


def _check_out(mountpoint: Path, target: str) -> None:
    (mountpoint / "link").symlink_to(target)
    (mountpoint / "link").rename(mountpoint / "HEAD")


def _remove(path: Path) -> None:
    path.unlink()
    time.sleep(_REMOVAL_SECONDS)
