"""A repository as a tree of files: what stands at every place of the layout. Knows no FUSE.

Looking is here; what plain commands do to heads/ and tags/ stands in `changes`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from chemfs.tree import paths, readme
from chemfs.tree.compare import ComparisonFolders
from chemfs.tree.errors import IsAFolder, NotFound, ReadOnly
from chemfs.tree.head_link import FreshLinks, head_target
from chemfs.tree.heads.branch import BranchFolder
from chemfs.tree.history import HistoryFolders
from chemfs.tree.nodes import Directory, Entry, File, Link, Node, NodeKind
from chemfs.tree.open_files import Caching, FileHandle, Handle, TextHandle
from chemfs.tree.paths import (
    HeadLink,
    InComparison,
    InHistory,
    InRefs,
    Inside,
    InSnapshot,
    LogFile,
    Nowhere,
    Parts,
    Place,
    ReadmeFile,
    RejectedFile,
    RejectedList,
    SnapshotList,
    Top,
    parse_inside,
)
from chemfs.tree.ref_folders import RefFolders
from chemfs.tree.state import StateView
from chemfs.tree.xattrs import NO_ATTRIBUTES, Attributes
from chemigram_core.digest import Digest
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import AmbiguousRevision, InvalidDigest, ObjectMissing, UnknownRevision
from chemigram_core.log.journal import FILE_NAME as LOG_FILE
from chemigram_core.names import BranchName
from chemigram_core.refs import revision
from chemigram_core.rejected import FOLDER as REJECTED_FOLDER
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

_WRITABLE_FOLDER = 0o755
_TOP_ENTRIES: tuple[Entry, ...] = (
    (paths.README, NodeKind.FILE),
    (paths.HEAD, NodeKind.LINK),
    (paths.HEADS, NodeKind.FOLDER),
    (paths.TAGS, NodeKind.FOLDER),
    (paths.SNAPSHOTS, NodeKind.FOLDER),
    (paths.HISTORY, NodeKind.FOLDER),
    (paths.COMPARE, NodeKind.FOLDER),
    (paths.REJECTED, NodeKind.FOLDER),
    (paths.LOG, NodeKind.FILE),
)


class RepositoryView:
    """One repository in one mount. Methods take the parts of a path below its folder; raise Condition, OSError."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.refs = RefFolders(repository)
        self.links = FreshLinks()
        self._history = HistoryFolders(repository)
        self._comparisons = ComparisonFolders(repository)

    def node(self, parts: Parts) -> Node:
        """What stands there. Raises NotFound, StoreFailed."""
        match paths.parse(parts):
            case Top():
                return Directory(self._log_time_ns(), self._top_entries)
            case HeadLink():
                return Link(head_target(self.repository.refs.head()), self._head_time_ns())
            case ReadmeFile():
                return File(len(readme.REPOSITORY), self._head_time_ns())
            case LogFile():
                return self._real_file((), LOG_FILE)
            case RejectedFile(name):
                return self._real_file((REJECTED_FOLDER,), name)
            case RejectedList():
                return Directory(self._log_time_ns(), self._rejected_entries)
            case SnapshotList():
                return Directory(self._log_time_ns(), self._snapshot_entries)
            case InHistory(below):
                return self._history_node(below)
            case InComparison(below):
                return self._comparisons.node(below)
            case InRefs() as place:
                return self._ref_node(parts, place)
            case InSnapshot() as place:
                return self._past_node(place)
            case Nowhere():
                return self._fresh_link(parts)

    def open(self, parts: Parts, flags: int, mode: int) -> Handle:
        """Open a file; `flags` and `mode` are those of open(2). Raises NotFound, IsAFolder, ReadOnly."""
        if (found := self.branch_folder(parts)) is not None:
            folder, inside = found
            return folder.open(inside, flags, mode)
        if flags & (os.O_ACCMODE | os.O_CREAT | os.O_TRUNC):
            raise ReadOnly("/".join(parts))
        return self._open_to_read(parts)

    def _open_to_read(self, parts: Parts) -> Handle:
        match paths.parse(parts):
            case ReadmeFile():
                return TextHandle(readme.REPOSITORY)
            case LogFile():
                return self._open_real((), LOG_FILE)
            case RejectedFile(name):
                return self._open_real((REJECTED_FOLDER,), name)
            case InComparison(below):
                return self._comparisons.open(below)
            case place:
                if (past := self._past(place)) is not None:
                    return past[0].open(past[1])
                self.node(parts)
                raise IsAFolder("/".join(parts))

    def attributes(self, parts: Parts) -> Attributes:
        """The extended attributes of what stands there. Raises NotFound, RegistryDamaged."""
        if (found := self.branch_folder(parts)) is not None:
            return found[0].attributes(found[1])
        if (past := self._past(paths.parse(parts))) is not None:
            return past[0].attributes(past[1])
        self.node(parts)
        return NO_ATTRIBUTES

    def branch_folder(self, parts: Parts) -> tuple[BranchFolder, Parts] | None:
        """The branch folder that a path leads into, with the rest of the path."""
        match paths.parse(parts):
            case InRefs(kind, below):
                with suppress(NotFound):
                    state = self.refs.locate(kind, below)
                    if state is not None and isinstance(state.name, BranchName):
                        return self.refs.branch(state.name), state.inside
        return None

    def _ref_node(self, parts: Parts, place: InRefs) -> Node:
        if (link := self.links.get(parts)) is not None:
            return link
        state = self.refs.locate(place.kind, place.parts)
        if state is None:
            return Directory(self._log_time_ns(), lambda: self._ref_entries(place), _WRITABLE_FOLDER)
        if isinstance(state.name, BranchName):
            return self.refs.branch(state.name).node(state.inside)
        return self._past_node(place)

    def _history_node(self, below: Parts) -> Node:
        match self._history.locate(below):
            case Directory() as folder:
                return folder
            case (digest, inside):
                view, place = self._state(digest, inside)
                return view.node(place)

    def _past_node(self, place: Place) -> Node:
        if (past := self._past(place)) is None:
            raise NotFound(str(place))
        state, inside = past
        try:
            return state.node(inside)
        except ObjectMissing as error:
            if isinstance(place, InSnapshot) and error.digest == place.prefix:
                raise NotFound(place.prefix) from error
            raise

    def _past(self, place: Place) -> tuple[StateView, Inside] | None:
        """The state that a path leads into which takes no writes, and the place in it. Raises NotFound."""
        match place:
            case InSnapshot(prefix, inside):
                digest = self._snapshot(prefix)
            case InHistory(below) if isinstance(found := self._history.locate(below), tuple):
                digest, inside = found
            case InRefs(kind, below) if (state := self.refs.locate(kind, below)) is not None:
                digest, inside = self.repository.tip(state.name), state.inside
            case _:
                return None
        return self._state(digest, inside)

    def _state(self, digest: Digest, inside: Parts) -> tuple[StateView, Inside]:
        return StateView(self.repository, digest), parse_inside(inside, self.repository.image)

    def _fresh_link(self, parts: Parts) -> Link:
        if (link := self.links.get(parts)) is None:
            raise NotFound("/".join(parts))
        return link

    def _snapshot(self, prefix: str) -> Digest:
        """The snapshot of that identifier, which may not be there, or the one that starts so. Raises NotFound."""
        with suppress(InvalidDigest):
            return Digest(prefix)
        try:
            return revision.by_prefix(prefix, self.repository.objects)
        except (UnknownRevision, AmbiguousRevision) as error:
            raise NotFound(prefix) from error

    def _top_entries(self) -> Iterable[Entry]:
        yield from _TOP_ENTRIES
        yield from ((link[0], NodeKind.LINK) for link in self.links.names() if len(link) == 1)

    def _ref_entries(self, place: InRefs) -> Iterable[Entry]:
        return [(name, NodeKind.FOLDER) for name in self.refs.names(place.kind, place.parts)]

    def _snapshot_entries(self) -> Iterable[Entry]:
        return ((found.digest, NodeKind.FOLDER) for found in self.repository.objects if found.kind is Kind.SNAPSHOT)

    def _rejected_entries(self) -> Iterable[Entry]:
        try:
            with Folder.enter(self.repository.root, REJECTED_FOLDER) as folder:
                return [(name, NodeKind.FILE) for name in folder.names()]
        except FileNotFoundError:
            return []

    def _real_file(self, folders: Parts, name: str) -> File:
        try:
            with Folder.enter(self.repository.root, *folders) as folder:
                status = folder.stat(name)
        except FileNotFoundError as error:
            raise NotFound(name) from error
        return File(status.st_size, status.st_mtime_ns)

    def _open_real(self, folders: Parts, name: str) -> Handle:
        with Folder.enter(self.repository.root, *folders) as folder:
            return FileHandle(folder.open(name), Caching.NONE)

    def _log_time_ns(self) -> int:
        try:
            return self._real_file((), LOG_FILE).mtime_ns
        except NotFound:
            return self._head_time_ns()

    def _head_time_ns(self) -> int:
        return self._real_file((), "HEAD").mtime_ns
