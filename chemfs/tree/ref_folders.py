"""heads/ and tags/: refs as folders. Finds where a ref's name ends and its state begins; folder commands are verbs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from chemfs.tree.errors import NotFound
from chemfs.tree.heads.branch import BranchFolder
from chemfs.tree.paths import Parts
from chemigram_core.errors import InvalidName
from chemigram_core.names import BranchName, RefName, TagName
from chemigram_core.operations.refs import create_branch, create_tag, delete_branch, rename_branch
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import Repository

_Name = TypeVar("_Name", bound=RefName)


@dataclass(frozen=True, slots=True)
class InState:
    """A path in the state of a ref."""

    name: RefName
    inside: Parts


class RefFolders:
    """The refs of one repository in one mount."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._lock = Lock()
        self._branches: dict[BranchName, BranchFolder] = {}

    def locate(self, kind: type[RefName], parts: Parts) -> InState | None:
        """The ref whose folder `parts` lead into; None for a folder of longer names. Raises NotFound."""
        for end in range(1, len(parts) + 1):
            with suppress(InvalidName):
                if self._exists(name := kind("/".join(parts[:end]))):
                    return InState(name, parts[end:])
        if parts and not self._below(kind, parts):
            raise NotFound("/".join(parts))
        return None

    def names(self, kind: type[RefName], parts: Parts) -> Iterable[str]:
        """The next parts of the names that start with `parts`."""
        return sorted({name.split("/")[len(parts)] for name in self._below(kind, parts)})

    def branch(self, name: BranchName) -> BranchFolder:
        """The folder of a branch."""
        with self._lock:
            if name not in self._branches:
                self._branches[name] = BranchFolder(self._repository, name)
            return self._branches[name]

    def open_branches(self) -> list[BranchFolder]:
        """The branch folders that somebody has looked into."""
        with self._lock:
            return list(self._branches.values())

    def create(self, kind: type[RefName], parts: Parts, rev: str = "HEAD") -> None:
        """Start a branch, or tag a state. Raises InvalidName, RefExists, RefConflict, NoState."""
        name = kind("/".join(parts))
        if isinstance(name, BranchName):
            create_branch(self._repository, name, rev)
        elif isinstance(name, TagName):
            create_tag(self._repository, name, rev)

    def rename_branch(self, old: BranchName, new: Parts) -> None:
        """Rename a branch, and its scratch with it. Raises InvalidName, RefExists, RefConflict, NoState."""
        name = BranchName("/".join(new))
        folder = self.branch(old)
        folder.saver.settle(float("inf"))
        self._repository.refs.check_free(name)
        with folder.renamed(name):
            rename_branch(self._repository, old, name)
        with self._lock:
            self._branches[name] = self._branches.pop(old)

    def delete_branch(self, name: BranchName) -> None:
        """Delete a branch that has no scratch left. Raises BranchInUse, NotEmpty."""
        self.branch(name).check_removable()
        delete_branch(self._repository, name)
        with self._lock:
            del self._branches[name]

    def _exists(self, name: RefName) -> bool:
        return self._repository.refs.read(name) is not None or self._is_unborn_head(name)

    def _is_unborn_head(self, name: RefName) -> bool:
        return isinstance(name, BranchName) and self._repository.refs.head() == OnBranch(name)

    def _below(self, kind: type[RefName], parts: Parts) -> list[str]:
        prefix = "".join(f"{part}/" for part in parts)
        return [name for name in self._names(kind) if name.startswith(prefix)]

    def _names(self, kind: type[RefName]) -> list[str]:
        if kind is TagName:
            return list(self._repository.refs.tags())
        names: list[str] = list(self._repository.refs.branches())
        match self._repository.refs.head():
            case OnBranch(branch) if branch not in names:
                names.append(branch)
        return names
