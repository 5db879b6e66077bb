"""drawn/ of a branch: that of its tip. Read-only, but removed along with the branch's folder."""

from __future__ import annotations

from collections.abc import Iterable

from chemfs.tree.drawn import DrawnFolder
from chemfs.tree.errors import NotEmpty, NotFound
from chemfs.tree.heads.file_nodes import FolderInBranch
from chemfs.tree.nodes import Entry, Node
from chemfs.tree.open_files import Stat
from chemigram_core.digest import Digest


class BranchDrawn(DrawnFolder):
    """drawn/ of a branch, or drawn/shapes/; empty without a state.

    What a program removes there is hidden for a while; the state does not change.
    """

    __slots__ = ("_branch",)

    def __init__(self, branch: FolderInBranch, folder: str = "") -> None:
        super().__init__(branch.opened, self._tip, folder)
        self._branch = branch

    def stat(self) -> Stat:
        return self._branch.stat()

    def lookup(self, name: str) -> Node:
        if self.folder + name in self._branch.branch().hidden:
            raise NotFound(name)
        return super().lookup(name)

    def entries(self) -> Iterable[Entry]:
        branch = self._branch.existing()
        if branch.tip.digest() is None:
            return []
        hidden = branch.hidden
        return [entry for entry in super().entries() if self.folder + entry.name not in hidden]

    def inner(self, folder: str) -> BranchDrawn:
        return BranchDrawn(self._branch, folder)

    def remove(self, name: str) -> None:
        self.lookup(name)
        self._branch.to_write().hidden.add(self.folder + name)

    def remove_folder(self, name: str) -> None:
        folder = self.lookup(name)
        if not isinstance(folder, BranchDrawn) or folder.is_shown():
            raise NotEmpty(name)
        self._branch.to_write().hidden.add(self.folder + name)

    def is_shown(self) -> bool:
        """Whether anything in it is not hidden."""
        return any(True for _ in self.entries())

    def _tip(self) -> Digest:
        if (tip := self._branch.existing().tip.digest()) is None:
            raise NotFound("drawn/")
        return tip
