"""mv and ln in a branch folder: which are saves, which remove a file from the state, which only rename."""

from __future__ import annotations

import os
import stat

from chemfs.tree.errors import NotPermitted
from chemfs.tree.heads.draft import Draft, DraftState, check_size
from chemfs.tree.heads.draft_files import DraftFiles
from chemfs.tree.heads.draft_table import DraftTable
from chemfs.tree.heads.saver import Saver
from chemfs.tree.heads.scratch import Scratch
from chemfs.tree.heads.tip import Tip
from chemfs.tree.heads.tracked import Mask, Parts, Sidecar, Tracked, Xmp


class Renames:
    """Renames between the files of one branch: its tip's, drafts, and other programs' files, named by their parts."""

    def __init__(self, scratch: Scratch, table: DraftTable, files: DraftFiles, saver: Saver, tip: Tip) -> None:
        self._scratch = scratch
        self._table = table
        self._files = files
        self._saver = saver
        self._tip = tip

    def rename(self, old: Tracked | Parts, new: Tracked | Parts) -> None:
        """Rename; onto a tracked name it is a save. Raises why the bytes are not a valid save, NotPermitted."""
        match old, new:
            case Mask(), Mask():
                self._rename_mask(old, new)
            case tuple(), tuple():
                self._scratch.rename(old, new)
                self._table.detach(new)
                self._table.scratch_renamed(old, new, self._scratch.path)
            case tuple(), Xmp() | Sidecar() | Mask():
                self._save_scratch(old, new)
            case Xmp() | Sidecar() | Mask(), tuple():
                self._scratch.write(new, self._tip.data(old), self._tip.shown(old).stat.mode)
                self._table.detach(new)
                self.remove(old)
            case Xmp() | Sidecar() | Mask(), Xmp() | Sidecar() | Mask():
                self._saver.save_or_reject(new, self._tip.data(old))
                self.remove(old)

    def link(self, old: Tracked | Parts, new: Tracked | Parts) -> None:
        """Give a file a second name: beside the state as a copy of its bytes, on a tracked name as a save."""
        match old, new:
            case tuple(), tuple():
                self._scratch.link(old, new)
            case tuple(), Xmp() | Sidecar() | Mask():
                with self._table.claimed_at(old):
                    self._save_data(old, new)
            case Xmp() | Sidecar() | Mask(), tuple():
                self._scratch.write(new, self._tip.data(old), self._tip.shown(old).stat.mode)
            case _:
                raise NotPermitted(str(new))

    def remove(self, target: Tracked) -> None:
        """Hide a tracked name, which may be created again at once."""
        self._table.remove(target, self._tip.object(target))

    def _rename_mask(self, old: Mask, new: Mask) -> None:
        if old == new:
            return
        with self._table.claimed_at(old) as draft:
            is_saved = draft is None or draft.state is DraftState.SAVED
            if is_saved:
                self._rename_saved_mask(old, new)
            if draft is not None:
                self._table.renamed(draft, new, draft.path, draft.branch)
            self._table.detach(old)  # other open files of it, and those not released yet
            if not is_saved:
                self.remove(old)

    def _rename_saved_mask(self, old: Mask, new: Mask) -> None:
        if self._tip.shown(old).content is None:  # created and not written yet: no save
            self._table.emptied_renamed(old, new)
        else:
            self._saver.rename_mask(old, new)

    def _save_scratch(self, old: Parts, new: Tracked) -> None:
        with self._table.claimed_at(old) as draft:
            if draft is None or draft.state is DraftState.SAVED:
                self._save_data(old, new)
            if draft is None:
                self._scratch.remove(old)
            else:
                self._become_tracked(draft, old, new)

    def _save_data(self, old: Parts, new: Tracked) -> None:
        """Save a scratch file's bytes. Raises why they are not a valid save: also because a write to them failed."""
        self._scratch.check_whole(old)
        self._saver.save_or_reject(new, self._scratch_data(old, new))

    def _become_tracked(self, draft: Draft, old: Parts, new: Tracked) -> None:
        path = self._files.path(self._saver.path(new))
        self._files.prepare()
        with self._files.folder() as folder:
            self._scratch.move_to(old, folder, path.name)
        self._table.renamed(draft, new, path, self._saver.mark())

    def _scratch_data(self, old: Parts, new: Tracked) -> bytes:
        status = self._scratch.stat(old)
        if not stat.S_ISREG(status.st_mode):
            raise NotPermitted("/".join(old))
        check_size(new, status.st_size)
        with os.fdopen(self._scratch.open(old, os.O_RDONLY), "rb") as file:
            return file.read()
