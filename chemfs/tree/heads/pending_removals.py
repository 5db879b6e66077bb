"""Names that a program removed from a branch folder and may create again at once. Pure: the caller gives the time.

Many programs remove a file and create it again. So the removal of a mask becomes a snapshot only after its name has
stayed unused for a while. Not safe for many threads: the draft table's lock guards it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from chemfs.tree.heads.tracked import Mask, Sidecar, Tracked, Xmp
from chemigram_core.digest import Digest
from chemigram_core.names import MaskName

RETURN_SECONDS = 2.0  # a program that replaces a file creates it again within this time
RETRY_SECONDS = 30.0  # after the store failed


class _Removal(NamedTuple):
    removed: Digest  # the object that the name had
    since: float  # monotonic seconds


@dataclass(slots=True)
class PendingRemovals:
    """The hidden names of one branch folder."""

    _removals: dict[Tracked, _Removal] = field(default_factory=dict)
    _image_since: float = -math.inf  # when it was removed, monotonic seconds

    def add(self, name: Tracked, now: float, removed: Digest | None) -> None:
        """A name that stood for that object was removed; without an object in the tip there is nothing to hide."""
        if removed is not None:
            self._removals[name] = _Removal(removed, now)

    def cancel(self, name: Tracked) -> None:
        """A name exists again; both names of the XMP are shown again together."""
        for restored in (Xmp(), Sidecar()) if isinstance(name, Xmp | Sidecar) else (name,):
            self._removals.pop(restored, None)

    def removed(self, name: Tracked) -> Digest | None:
        """The object that a hidden name stood for; None for a name that is not hidden."""
        removal = self._removals.get(name)
        return None if removal is None else removal.removed

    def add_image(self, now: float) -> None:
        """The image was removed: it comes back by itself."""
        self._image_since = now

    def hides_image(self, now: float) -> bool:
        """Whether the image is hidden."""
        return now - self._image_since < RETURN_SECONDS

    def due(self, now: float) -> Mapping[MaskName, Digest]:
        """The masks that were not written again in time."""
        return {
            name.name: removal.removed
            for name, removal in self._removals.items()
            if isinstance(name, Mask) and now - removal.since >= RETURN_SECONDS
        }

    def committed(self, masks: Mapping[MaskName, Digest]) -> None:
        """A snapshot without these masks was made; a name that stood for another object by then stays hidden."""
        for name, removed in masks.items():
            if self.removed(Mask(name)) == removed:
                del self._removals[Mask(name)]

    def postpone(self, masks: Mapping[MaskName, Digest], now: float) -> None:
        """The snapshot without these masks could not be made: they are due again after a while."""
        for name in map(Mask, masks):
            if (removal := self._removals.get(name)) is not None:
                self._removals[name] = removal._replace(since=now + RETRY_SECONDS - RETURN_SECONDS)
