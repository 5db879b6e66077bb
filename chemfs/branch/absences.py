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
    """The hidden names of one branch folder: since when (monotonic seconds), and which object each was."""

    _since: dict[Name, float] = field(default_factory=dict)
    _was: dict[Tracked, Digest] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def hide(self, name: Name, now: float, was: Digest | None = None) -> None:
        """A name was removed, which was that object; where the tip has none, nothing is left to hide."""
        with self._lock:
            if not isinstance(name, ImageFile):
                if was is None:
                    return
                self._was[name] = was
            self._since[name] = now

    def show(self, name: Name) -> None:
        """A name is there again; the XMP's two names come together."""
        with self._lock:
            for shown in (name,) if isinstance(name, MaskFile | ImageFile) else (XmpFile(), SidecarFile()):
                self._forget(shown)

    def hides(self, name: Name) -> bool:
        """Whether a name is away."""
        return name in self._since

    def was(self, name: Tracked) -> Digest | None:
        """Which object a name was that is away; None of one that is not."""
        return self._was.get(name)

    def masks(self) -> Mapping[MaskName, Digest]:
        """The masks that are away and still part of the tip."""
        with self._lock:
            return self._masks()

    def settled(self, masks: Mapping[MaskName, Digest]) -> None:
        """These masks' absence has become part of a snapshot; one that was another by then stays away."""
        with self._lock:
            for name, _ in masks.items() & self._masks().items():
                self._forget(MaskFile(name))

    def put_off(self, masks: Mapping[MaskName, Digest], now: float) -> None:
        """These masks' absence could not become part of a snapshot: it is due again after a while."""
        with self._lock:
            for name in masks.keys() & self._masks().keys():
                self._since[MaskFile(name)] = now + AGAIN_SECONDS - RETURN_SECONDS

    def overdue(self, now: float) -> Mapping[MaskName, Digest]:
        """The masks that nobody brought back in time; an image that is due comes back by itself."""
        with self._lock:
            due = {name for name, since in self._since.items() if now - since >= RETURN_SECONDS}
            if ImageFile() in due:
                del self._since[ImageFile()]
            return {name: mask for name, mask in self._masks().items() if MaskFile(name) in due}

    def _masks(self) -> dict[MaskName, Digest]:
        return {name.name: was for name, was in self._was.items() if isinstance(name, MaskFile)}

    def _forget(self, name: Name) -> None:
        self._since.pop(name, None)
        if not isinstance(name, ImageFile):
            self._was.pop(name, None)
