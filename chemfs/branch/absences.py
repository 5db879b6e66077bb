"""Names that a program removed from a branch folder and may bring back at once. Pure: it is told the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from chemfs.view.paths import ImageFile, MaskFile, SidecarFile, Tracked, XmpFile
from chemigram_core.digest import Digest
from chemigram_core.names import MaskName

RETURN_SECONDS = 2.0  # programs that remove a file and create it again do so within this time
AGAIN_SECONDS = 30.0  # a store that has failed is left alone for so long

Name = Tracked | ImageFile


@dataclass(slots=True)
class Absences:
    """The hidden names of one branch folder: since when (monotonic seconds), and which object a mask was."""

    _since: dict[Name, float] = field(default_factory=dict)
    _masks: dict[MaskName, Digest] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def hide(self, name: Name, now: float, mask: Digest | None = None) -> None:
        """A name was removed; of a mask that the tip doesn't have, nothing is left to hide."""
        with self._lock:
            if isinstance(name, MaskFile):
                if mask is None:
                    return
                self._masks[name.name] = mask
            self._since[name] = now

    def show(self, name: Name) -> None:
        """A name is there again; the XMP's two names come together."""
        with self._lock:
            for shown in (name,) if isinstance(name, MaskFile | ImageFile) else (XmpFile(), SidecarFile()):
                self._since.pop(shown, None)
            if isinstance(name, MaskFile):
                self._masks.pop(name.name, None)

    def hides(self, name: Name) -> bool:
        """Whether a name is away."""
        return name in self._since

    def is_empty(self) -> bool:
        """Whether no name is away."""
        return not self._since

    def masks(self) -> Mapping[MaskName, Digest]:
        """The masks that are away and still part of the tip."""
        with self._lock:
            return dict(self._masks)

    def settled(self, masks: Mapping[MaskName, Digest]) -> None:
        """These masks' absence has become part of a snapshot."""
        for name in masks:
            self.show(MaskFile(name))

    def put_off(self, masks: Mapping[MaskName, Digest], now: float) -> None:
        """These masks' absence could not become part of a snapshot: it is due again after a while."""
        with self._lock:
            for name in masks.keys() & self._masks.keys():
                self._since[MaskFile(name)] = now + AGAIN_SECONDS - RETURN_SECONDS

    def overdue(self, now: float) -> Mapping[MaskName, Digest]:
        """The masks that nobody brought back in time; an image that is due comes back by itself."""
        with self._lock:
            due = {name for name, since in self._since.items() if now - since >= RETURN_SECONDS}
            if ImageFile() in due:
                del self._since[ImageFile()]
            return {name: mask for name, mask in self._masks.items() if MaskFile(name) in due}
