"""mv and ln in a branch folder: what becomes a save, what leaves the state, what only changes its name."""

from __future__ import annotations

import os
import time

from chemfs.tree.errors import NotPermitted, TooLarge
from chemfs.tree.heads.draft_table import OpenDrafts
from chemfs.tree.heads.drafts import limit_bytes
from chemfs.tree.heads.scratch import Scratch
from chemfs.tree.heads.tip import BranchTip
from chemfs.tree.nodes import File
from chemfs.tree.paths import Inside, MaskFile, OtherFile, Parts, SidecarFile, Tracked, XmpFile
from chemigram_core.errors import Refused
from chemigram_core.repository import Repository


class Moves:
    """Moves between the files of one branch: its tip's, drafts, and other programs' files."""

    def __init__(self, repository: Repository, scratch: Scratch, drafts: OpenDrafts, tip: BranchTip) -> None:
        self._repository = repository
        self._scratch = scratch
        self._drafts = drafts
        self._tip = tip
        self._saver = drafts.saver

    def rename(self, old: Parts, new: Parts, source: Inside, target: Inside) -> None:
        """Rename `old`, which is `source`, to `new`; onto a tracked name it is a save. Raises what makes it none."""
        match source, target:
            case (MaskFile(), MaskFile()):
                self._rename_mask(source, target)
            case (OtherFile(), XmpFile() | SidecarFile() | MaskFile()):
                self._save_scratch(old, target)
            case (XmpFile() | SidecarFile() | MaskFile(), OtherFile()):
                self._scratch.write(new, self._tip.data(source))
                self._drafts.gone(new)
                self.hide(source)
            case (OtherFile(), OtherFile()):
                self._scratch.rename(old, new)
                self._drafts.gone(new)
                self._drafts.scratch_renamed(old, new, self._scratch)
            case (XmpFile() | SidecarFile() | MaskFile(), XmpFile() | SidecarFile() | MaskFile()):
                self._save(target, self._tip.data(source))
                self.hide(source)
            case _:
                raise NotPermitted("/".join(old))

    def link(self, old: Parts, new: Parts, source: Inside, target: Inside) -> None:
        """Give a file a second name: beside the state as a copy of its bytes, on a tracked name as a save."""
        match source, target:
            case (XmpFile() | SidecarFile() | MaskFile(), OtherFile()):
                self._scratch.write(new, self._tip.data(source))
            case (OtherFile(), OtherFile()):
                self._scratch.link(old, new)
            case (OtherFile(), XmpFile() | SidecarFile() | MaskFile()):
                self._save(target, self._scratch_data(old, target))
            case _:
                raise NotPermitted("/".join(old))

    def hide(self, target: Tracked) -> None:
        """Take a tracked name away, for the moment: it may come back at once."""
        self._drafts.gone(target)
        self._saver.absences.hide(target, time.monotonic(), self._tip.object(target))

    def _save(self, target: Tracked, data: bytes) -> None:
        try:
            self._saver.save(target, data)
        except Refused as error:
            self._saver.reject(target, data, error)
            raise

    def _save_scratch(self, parts: Parts, target: Tracked) -> None:
        with self._drafts.held(parts) as draft:
            if draft is None or draft.is_whole:
                self._save(target, self._scratch_data(parts, target))
            if draft is None:
                self._scratch.remove(parts)
            else:
                self._drafts.retarget(draft, target, self._scratch)

    def _scratch_data(self, parts: Parts, target: Tracked) -> bytes:
        node = self._scratch.node(parts)
        if not isinstance(node, File):
            raise NotPermitted("/".join(parts))
        if node.size_bytes > limit_bytes(target):
            raise TooLarge("/".join(parts))
        with os.fdopen(self._scratch.open(parts, os.O_RDONLY), "rb") as file:
            return file.read()

    def _rename_mask(self, old: MaskFile, new: MaskFile) -> None:
        if old == new:
            return
        with self._drafts.held(old) as draft:
            is_whole = draft is None or draft.is_whole
            if is_whole:
                self._tip.node(old)
                self._saver.rename_mask(old, new)
            if draft is not None:
                self._drafts.retarget(draft, new, self._scratch)
            self._drafts.gone(old)  # all others that are open of it, and what is not released yet
            if not is_whole:
                self.hide(old)
