"""What everybody but its writers sees of a branch's tracked files: the tip, less what was removed a moment ago."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from chemfs.tree.errors import NotFound
from chemfs.tree.heads.drafts import TRACKED_MODE
from chemfs.tree.heads.pending_removals import Absences
from chemfs.tree.nodes import Entry, File, NodeKind
from chemfs.tree.open_files import Handle, TextHandle
from chemfs.tree.paths import MaskFile, SidecarFile, StateFolder, Tracked, XmpFile
from chemfs.tree.state import StateView
from chemfs.tree.xattrs import NO_ATTRIBUTES, Attributes
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp, StoreFailed
from chemigram_core.layout import XMP_FILE
from chemigram_core.names import BranchName, MaskName
from chemigram_core.repository import Repository


class Drafting:
    """Whoever knows which tracked files are being written right now."""

    absences: Absences

    def targets(self) -> set[Tracked]:
        """The tracked files that a draft is open for."""
        raise NotImplementedError


class BranchTip:
    """The tracked files of one branch. A file that is being written for the first time is there, and empty."""

    def __init__(self, repository: Repository, branch: BranchName, drafting: Drafting) -> None:
        self._repository = repository
        self._branch = branch
        self._drafting = drafting

    def digest(self) -> Digest | None:
        """The tip, or None on a branch without a snapshot."""
        return self._repository.refs.read(self._branch)

    def time_ns(self) -> int:
        """When the branch came to its tip, ns since 1970."""
        if self.digest() is None:
            return self._repository.root.stat().st_mtime_ns
        return self._repository.refs.moved_ns(self._branch)

    def masks(self) -> dict[MaskName, Digest]:
        """The masks of the tip, removed ones too."""
        return {} if (tip := self.digest()) is None else dict(self._repository.states.peek_unverified(tip).masks)

    def object(self, target: Tracked) -> Digest | None:
        """The object of a tracked file, which is the tip for the XMP. None where the tip has none."""
        return None if (tip := self.digest()) is None else self._object(target, tip)

    def node(self, target: Tracked) -> File:
        """A tracked file. Raises NotFound."""
        if (tip := self._shown(target)) is not None:
            moved_ns = self._repository.refs.moved_ns(self._branch)
            return replace(StateView(self._repository, tip, mtime_ns=moved_ns).file(target), mode=TRACKED_MODE)
        if target in self._drafting.targets():
            return File(0, self.time_ns(), TRACKED_MODE)
        raise NotFound(str(target))

    def open(self, target: Tracked) -> Handle:
        """A handle to read a tracked file. Raises NotFound, StoreFailed."""
        if (tip := self._shown(target)) is not None:
            return StateView(self._repository, tip).open(target)
        if target in self._drafting.targets():
            return TextHandle(b"")
        raise NotFound(str(target))

    def attributes(self, place: StateFolder | Tracked) -> Attributes:
        """The extended attributes of the folder or of a tracked file; none of what is written for the first time."""
        tip = self.digest() if isinstance(place, StateFolder) else self._shown(place)
        return NO_ATTRIBUTES if tip is None else StateView(self._repository, tip).attributes(place)

    def data(self, target: Tracked) -> bytes:
        """All bytes of a tracked file. Raises NotFound, StoreFailed."""
        handle = self.open(target)
        try:
            return handle.read(handle.node().size_bytes, 0)
        finally:
            handle.release()

    def entries(self) -> Iterable[Entry]:
        """The names of the XMP and the image, as far as they are shown."""
        if self._is_there(XmpFile()):
            yield XMP_FILE, NodeKind.FILE
        if (image := self._repository.image) is None:
            return
        if not self._drafting.absences.hides_image(time.monotonic()):
            yield image.name, NodeKind.FILE
        if self._is_there(SidecarFile()):
            yield image.sidecar_name, NodeKind.FILE

    def mask_entries(self) -> Iterator[Entry]:
        """The names of the masks, as far as they are shown."""
        drafted = {target.name for target in self._drafting.targets() if isinstance(target, MaskFile)}
        for name in sorted({*self.masks(), *drafted}):
            if self._is_there(MaskFile(name)):
                yield name.file_name, NodeKind.FILE

    def _is_there(self, target: Tracked) -> bool:
        return self._shown(target) is not None or target in self._drafting.targets()

    def _shown(self, target: Tracked) -> Digest | None:
        """The tip, if it has the file and nobody removed it, or who removed it is writing it again."""
        tip = self.digest()
        if tip is None or (now := self._object(target, tip)) is None:
            return None
        return None if self._is_away(target, now) and target not in self._drafting.targets() else tip

    def _object(self, target: Tracked, tip: Digest) -> Digest | None:
        states = self._repository.states
        return states.peek_unverified(tip).masks.get(target.name) if isinstance(target, MaskFile) else tip

    def _is_away(self, target: Tracked, now: Digest) -> bool:
        """Whether a file is still what was removed: what was saved meanwhile, from outside, is there."""
        was = self._drafting.absences.was(target)
        return was is not None and (was == now or (not isinstance(target, MaskFile) and self._is_same_xmp(was, now)))

    def _is_same_xmp(self, old: Digest, new: Digest) -> bool:
        edit = self._repository.states.edit_without_masks
        try:
            return edit(old) == edit(new)
        except (StoreFailed, InvalidXmp):
            return False  # what can't be read hides nothing
