"""heads/: branches as folders. mkdir starts one, mv renames, rmdir deletes."""

from __future__ import annotations

import math

from chemfs.tree.errors import ReadOnly
from chemfs.tree.heads.branch_folder import BranchFolder
from chemfs.tree.nodes import Folder, Node
from chemfs.tree.open_repository import OpenRepository
from chemfs.tree.ref_folder import RefFolder
from chemigram_core.names import BranchName, RefName
from chemigram_core.operations.refs import create_branch, delete_branch, rename_branch
from chemigram_core.refs.head import OnBranch


class HeadsFolder(RefFolder):
    """heads/, or a folder in it for names with slashes. HEAD's branch exists before its first save."""

    __slots__ = ()
    top = "heads"
    ref_kind = BranchName

    def state(self, name: str) -> Node:
        return BranchFolder(self.opened, self._branch_name(name))

    def make_ref(self, name: str, rev: str) -> None:
        opened, branch = self.opened(), self._branch_name(name)
        opened.repository.refs.check_free(branch)
        opened.branches.deleted(branch)  # one of that name may have been deleted outside this mount
        create_branch(opened.repository, branch, rev)

    def exists(self, repository: OpenRepository, name: RefName) -> bool:
        return super().exists(repository, name) or repository.repository.refs.head() == OnBranch(BranchName(name))

    def names(self, repository: OpenRepository) -> set[str]:
        names = super().names(repository)
        match repository.repository.refs.head():
            case OnBranch(branch) if branch.startswith(self.prefix):
                names.add(branch.removeprefix(self.prefix).partition("/")[0])
        return names

    def rename(self, name: str, folder: Folder, new_name: str) -> None:
        """Rename a branch, and its scratch with it. Raises InvalidName, RefExists, RefConflict, NoState."""
        opened = self._to_change(name)
        if not isinstance(folder, HeadsFolder):
            raise ReadOnly(new_name)
        self._rename(opened, self._branch_name(name), folder._branch_name(new_name))
        opened.links.rename(self._path(name), folder._path(new_name))

    def remove_folder(self, name: str) -> None:
        """Delete a branch that has no scratch files. Raises BranchInUse, FilesInBranch."""
        opened, branch = self._to_change(name), self._branch_name(name)
        with opened.branches[branch].deleted():
            delete_branch(opened.repository, branch)
        opened.branches.deleted(branch)
        opened.links.take(self._path(name))

    def _rename(self, opened: OpenRepository, old: BranchName, new: BranchName) -> None:
        branch = opened.branches[old]
        branch.commit_due_removals(math.inf)
        opened.repository.refs.check_free(new)
        with branch.renamed(new):
            rename_branch(opened.repository, old, new)
            opened.branches.renamed(old, new)

    def _to_change(self, name: str) -> OpenRepository:
        """The repository, about to change the branch of that name. Raises NotFound, ReadOnly."""
        opened = self.opened()
        opened.check_writable()
        if not self.is_ref(opened, name):
            self.lookup(name)
            raise ReadOnly(name)
        return opened

    def _branch_name(self, name: str) -> BranchName:
        return BranchName(self.prefix + name)
