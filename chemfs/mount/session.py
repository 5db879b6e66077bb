"""One mount from start to end: mounted, served, unmounted. Knows the system; knows no request and no state."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chemfs.mount import fusermount
from chemfs.mount.adapter import Adapter
from chemfs.mount.device import Device
from chemfs.mount.errors import StaysMounted
from chemfs.mount.handshake import shake_hands
from chemfs.mount.loop import Loop
from chemfs.mount.pruner import Pruner
from chemfs.mount.served import Tree

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(tree: Tree, place: Path, options: str, on_live: Callable[[], None], most_stat_seconds: float) -> None:
    """Mount, call `on_live` when the mount is ready, and serve until unmounted. For the main thread of a process.

    The kernel may cache attributes for `most_stat_seconds` at the most.

    Raises FuseUnavailable, MountFailed.
    """
    device = Device(_mounted(place, options))
    adapter = Adapter(tree, device, most_stat_seconds)
    loop = Loop(device, adapter.serve)
    try:
        with _unmounted_by_signals(loop, place), _detached_on_failure(place):
            tree.start()
            shake_hands(device)
            loop.start()
            Pruner(device, adapter.inodes).start()
            on_live()
            loop.wait()
    finally:
        adapter.close()
        tree.stop()
        device.close()


def _mounted(place: Path, options: str) -> int:
    try:
        from chemfs.mount import libfuse
    except (ImportError, OSError):  # libfuse 2 is not installed
        return fusermount.mount(place, options)
    return libfuse.mount(place, options)


@contextmanager
def _unmounted_by_signals(loop: Loop, place: Path) -> Iterator[None]:
    """Unmount on SIGINT, SIGTERM or SIGHUP, unless it was ignored from the start (nohup)."""

    def unmount() -> None:
        _detach(place)
        loop.stop()

    def begin(*_: object) -> None:
        for number in heard:  # one signal is enough
            signal.signal(number, signal.SIG_IGN)
        threading.Thread(target=unmount, name="unmount", daemon=True).start()

    heard = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, begin) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _detached_on_failure(place: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        _detach(place)
        raise


def _detach(place: Path) -> None:
    """Unmount, also while programs use it; they keep their open files until the daemon exits."""
    with suppress(StaysMounted):  # already unmounted
        fusermount.unmount(place, lazily=True)
