"""Walks over folders of a shoot that are under way, a few images at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path

from chemfs.watch.notifications import Parts
from chemigram_core.shoot.destination import Destination
from chemigram_core.shoot.scan import ShootFolder, scan

AT_ONCE = 100  # images or files in one capture: the kernel's events are heard in between

Done = Callable[[int], None]
"""Called with the number of images when a walk has ended."""


def _say_nothing(_: int) -> None:
    """Do nothing."""


class Walks:
    """Walks, one after another. `apart` gives folders to skip, `entered` is called before a folder is listed.

    `settled` removes the files of a folder that are not due yet; it is called just before the capture.
    """

    def __init__(
        self,
        place: Destination,
        apart: Callable[[], Collection[Path]],
        entered: Callable[[Parts], None],
        settled: Callable[[ShootFolder], ShootFolder],
    ) -> None:
        self._place, self._apart, self._entered, self._settled = place, apart, entered, settled
        self._pending = deque[Iterator[ShootFolder]]()

    def begin(self, start: Parts, done: Done = _say_nothing) -> None:
        """Walk over a folder and those in it, after the walks that are under way."""
        self._pending.append(self._walk(start, done))

    def next_part(self) -> list[ShootFolder]:
        """Some of the images of a folder, or its problems; nothing when all walks have ended."""
        while self._pending:
            if (part := next(self._pending[0], None)) is not None:
                return [part]
            self._pending.popleft()
        return []

    def clear(self) -> None:
        """End all walks."""
        self._pending.clear()

    def _walk(self, start: Parts, done: Done) -> Iterator[ShootFolder]:
        images = 0
        for folder in scan(self._place.shoot, {*self._apart(), self._place.root}, start, self._entered):
            images += len(folder.images)
            if folder.problems:
                yield replace(folder, images=[])
            for first in range(0, len(folder.images), AT_ONCE):
                some = folder.images[first : first + AT_ONCE]
                yield self._settled(replace(folder, images=some, problems=[]))
        done(images)
