"""Names that a program removed from a branch folder and may bring back at once. Pure: it is told the time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

from chemfs.tree.paths import MaskFile, SidecarFile, Tracked, XmpFile
from chemigram_core.digest import Digest
from chemigram_core.names import MaskName

RETURN_SECONDS = 2.0  # programs that remove a file and create it again do so within this time
AGAIN_SECONDS = 30.0  # a store that has failed is left alone for so long


class _Absence(NamedTuple):
    was: Digest  # the object that the name had
    since: float  # monotonic seconds


@dataclass(slots=True)
class Absences:
    """The hidden names of one branch folder."""

    _away: dict[Tracked, _Absence] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _image_since: float = -math.inf  # it was removed, monotonic seconds

    def hide(self, name: Tracked, now: float, was: Digest | None) -> None:
        """A name was removed, which was that object; where the tip has none, nothing is left to hide."""
        if was is not None:
            with self._lock:
                self._away[name] = _Absence(was, now)

    def show(self, name: Tracked) -> None:
        """A name is there again; the XMP's two names come together."""
        with self._lock:
            for shown in (name,) if isinstance(name, MaskFile) else (XmpFile(), SidecarFile()):
                self._away.pop(shown, None)

    def was(self, name: Tracked) -> Digest | None:
        """Which object a name was that is away; None of one that is not."""
        absence = self._away.get(name)
        return None if absence is None else absence.was

    def hide_image(self, now: float) -> None:
        """The image was removed: it comes back by itself."""
        self._image_since = now

    def hides_image(self, now: float) -> bool:
        """Whether the image is away."""
        return now - self._image_since < RETURN_SECONDS

    def masks(self) -> Mapping[MaskName, Digest]:
        """The masks that are away and still part of the tip."""
        return self.overdue(math.inf)

    def overdue(self, now: float) -> Mapping[MaskName, Digest]:
        """The masks that nobody brought back in time."""
        with self._lock:
            return {
                name.name: absence.was
                for name, absence in self._away.items()
                if isinstance(name, MaskFile) and now - absence.since >= RETURN_SECONDS
            }

    def settled(self, masks: Mapping[MaskName, Digest]) -> None:
        """These masks' absence has become part of a snapshot; one that was another by then stays away."""
        with self._lock:
            for name, was in masks.items():
                if self.was(MaskFile(name)) == was:
                    del self._away[MaskFile(name)]

    def put_off(self, masks: Mapping[MaskName, Digest], now: float) -> None:
        """These masks' absence could not become part of a snapshot: it is due again after a while."""
        with self._lock:
            for name in map(MaskFile, masks):
                if (absence := self._away.get(name)) is not None:
                    self._away[name] = absence._replace(since=now + AGAIN_SECONDS - RETURN_SECONDS)
