"""What mkdir, mv, rmdir, rm and ln do in a repository's tree: refs by plain commands, and a branch's files.

Decides where a command belongs; the verbs themselves are the library's. Knows no FUSE.
"""

from __future__ import annotations

from chemfs.tree import paths
from chemfs.tree.errors import NotPermitted, OtherBranch, ReadOnly
from chemfs.tree.head_link import parse_target
from chemfs.tree.heads.branch import BranchFolder
from chemfs.tree.paths import HeadLink, InRefs, Nowhere, Parts
from chemfs.tree.repository_view import RepositoryView
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import checkout
from chemigram_core.refs.head import Detached, OnBranch


class Changes:
    """The changes that can be made in one repository's tree. Methods take the parts of paths below its folder."""

    def __init__(self, view: RepositoryView) -> None:
        self._view = view

    def make_folder(self, parts: Parts, mode: int) -> None:
        """mkdir: a branch in heads/, a tag in tags/, a scratch folder in a branch."""
        place = paths.parse(parts)
        if (found := self._view.branch_folder(parts)) is not None:
            folder, inside = found
            folder.make_folder(inside, mode)
        elif isinstance(place, InRefs) and place.parts:
            self._view.refs.create(place.kind, place.parts)
        else:
            raise ReadOnly("/".join(parts))

    def remove_folder(self, parts: Parts) -> None:
        """rmdir: a branch, or an empty scratch folder."""
        folder, inside = self._in_branch(parts)
        if inside:
            folder.remove_folder(inside)
        else:
            self._view.refs.delete_branch(folder.branch)

    def remove(self, parts: Parts) -> None:
        """unlink: a file of a branch, or a link that `ln` has just made."""
        if len(parts) == 1 and self._view.links.take(parts) is not None:
            return
        folder, inside = self._in_branch(parts)
        folder.remove(inside)

    def rename(self, old: Parts, new: Parts) -> None:
        """rename: a branch, a file within a branch, or a fresh link over HEAD."""
        if isinstance(paths.parse(new), HeadLink):
            self._replace_head(old)
            return
        folder, inside = self._in_branch(old)
        if not inside:
            self._rename_branch(folder.branch, new)
            return
        other, new_inside = self._in_branch(new)
        if other is not folder:
            raise OtherBranch("/".join(new))
        folder.rename(inside, new_inside)

    def link(self, old: Parts, new: Parts) -> None:
        """link: a second name within a branch."""
        folder, inside = self._in_branch(old)
        other, new_inside = self._in_branch(new)
        if other is not folder:
            raise OtherBranch("/".join(new))
        folder.link(inside, new_inside)

    def symlink(self, target: str, parts: Parts) -> None:
        """symlink: a tag of the state that it leads to, a checkout in the making, or a scratch file of a branch."""
        place = paths.parse(parts)
        if (found := self._view.branch_folder(parts)) is not None:
            found[0].symlink(target, found[1])
        elif isinstance(place, InRefs) and place.parts:
            self._create_ref(place, target)
            self._view.links.add(parts, target)
        elif isinstance(place, Nowhere) and len(parts) == 1:
            parse_target(self._view.repository, target)
            self._view.links.add(parts, target)
        else:
            raise ReadOnly("/".join(parts))

    def set_owner(self, parts: Parts) -> None:
        """chown: harmless, as everything belongs to the user who mounts."""
        folder, inside = self._in_branch(parts)
        folder.node(inside)

    def set_mode(self, parts: Parts, mode: int) -> None:
        """chmod."""
        folder, inside = self._in_branch(parts)
        folder.set_mode(inside, mode)

    def set_times(self, parts: Parts, times_ns: tuple[int, int]) -> None:
        """utimens; times in ns since 1970."""
        folder, inside = self._in_branch(parts)
        folder.set_times(inside, times_ns)

    def set_attribute(self, parts: Parts, name: str, value: bytes | None) -> None:
        """setxattr, and removexattr without a value."""
        folder, inside = self._in_branch(parts)
        folder.set_attribute(inside, name, value)

    def check_writable(self, parts: Parts) -> None:
        """Raises ReadOnly where nothing can be written or made, NotFound where nothing is."""
        match paths.parse(parts):
            case InRefs(kind, below) if self._view.refs.locate(kind, below) is None:
                return  # branches and tags are made here
        folder, inside = self._in_branch(parts)
        folder.check_writable(inside)

    def settle(self, now: float) -> bool:
        """Make snapshots of removals that are due; whether others wait. `now` is monotonic seconds, inf at the end."""
        savers = [folder.saver for folder in self._view.refs.open_branches()]
        for saver in savers:
            saver.settle(now)
        return any(saver.absences.masks() for saver in savers)

    def _in_branch(self, parts: Parts) -> tuple[BranchFolder, Parts]:
        if (found := self._view.branch_folder(parts)) is None:
            self._view.node(parts)
            raise ReadOnly("/".join(parts))
        return found

    def _create_ref(self, place: InRefs, target: str) -> None:
        match parse_target(self._view.repository, target):
            case OnBranch(branch):
                rev = branch.ref
            case Detached(digest):
                rev = digest
        self._view.refs.create(place.kind, place.parts, rev)

    def _replace_head(self, parts: Parts) -> None:
        if (link := self._view.links.take(parts)) is None:
            raise NotPermitted("/".join(parts))
        checkout(self._view.repository, parse_target(self._view.repository, link.target))

    def _rename_branch(self, branch: BranchName, new: Parts) -> None:
        match paths.parse(new):
            case InRefs(kind, below) if kind is BranchName and below:
                self._view.refs.rename_branch(branch, below)
            case _:
                raise ReadOnly("/".join(new))
