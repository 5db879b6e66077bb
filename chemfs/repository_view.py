"""A repository as a tree of files: what stands at every place of the layout. Knows no FUSE.

Looking is here; what plain commands do to heads/ and tags/ stands in `changes`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from chemfs import paths, readme
from chemfs.comparison_folders import ComparisonFolders
from chemfs.conditions import IsAFolder, NotFound, ReadOnly
from chemfs.handles import Caching, FileHandle, Handle, TextHandle
from chemfs.history_folders import HistoryFolders
from chemfs.links import FreshLinks, head_target
from chemfs.nodes import Directory, Entry, File, Link, Node, NodeKind
from chemfs.paths import (
    HeadLink,
    InComparison,
    InHistory,
    InRefs,
    InSnapshot,
    LogFile,
    Nowhere,
    Parts,
    ReadmeFile,
    RejectedFile,
    RejectedList,
    SnapshotList,
    Top,
    parse_inside,
)
from chemfs.ref_folders import RefFolders
from chemfs.state_folder import StateView
from chemigram_core import revision
from chemigram_core.errors import AmbiguousRevision, UnknownRevision
from chemigram_core.folder import Folder
from chemigram_core.names import BranchName
from chemigram_core.objects import Kind
from chemigram_core.operation_log import FILE_NAME as LOG_FILE
from chemigram_core.rejected import FOLDER as REJECTED_FOLDER
from chemigram_core.repository import Repository

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
            case InSnapshot(prefix, inside):
                return self._snapshot(prefix).node(parse_inside(inside, self.repository.image))
            case InHistory(below):
                return self._history_node(below)
            case InComparison(below):
                return self._comparisons.node(below)
            case InRefs() as place:
                return self._ref_node(parts, place)
            case Nowhere():
                return self._fresh_link(parts)

    def open(self, parts: Parts, flags: int, mode: int) -> Handle:
        """Open a file; `flags` and `mode` are those of open(2). Raises NotFound, IsAFolder, ReadOnly."""
        match paths.parse(parts):
            case InRefs(kind, below) if (state := self.refs.locate(kind, below)) is not None:
                if isinstance(state.name, BranchName):
                    return self.refs.branch(state.name).open(state.inside, flags, mode)
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
            case InSnapshot(prefix, inside):
                return self._snapshot(prefix).open(parse_inside(inside, self.repository.image))
            case InRefs(kind, below) if (state := self.refs.locate(kind, below)) is not None:
                digest = self.repository.tip(state.name)
                return StateView(self.repository, digest).open(parse_inside(state.inside, self.repository.image))
            case InHistory(below) if isinstance(found := self._history.locate(below), tuple):
                return StateView(self.repository, found[0]).open(parse_inside(found[1], self.repository.image))
            case InComparison(below):
                return self._comparisons.open(below)
            case _:
                self.node(parts)
                raise IsAFolder("/".join(parts))

    def _ref_node(self, parts: Parts, place: InRefs) -> Node:
        if (link := self.links.get(parts)) is not None:
            return link
        state = self.refs.locate(place.kind, place.parts)
        if state is None:
            return Directory(self._log_time_ns(), lambda: self._ref_entries(place), _WRITABLE_FOLDER)
        if isinstance(state.name, BranchName):
            return self.refs.branch(state.name).node(state.inside)
        view = StateView(self.repository, self.repository.tip(state.name))
        return view.node(parse_inside(state.inside, self.repository.image))

    def _history_node(self, parts: Parts) -> Node:
        match self._history.locate(parts):
            case Directory() as folder:
                return folder
            case digest, inside:
                return StateView(self.repository, digest).node(parse_inside(inside, self.repository.image))

    def _fresh_link(self, parts: Parts) -> Link:
        if (link := self.links.get(parts)) is None:
            raise NotFound("/".join(parts))
        return link

    def _snapshot(self, prefix: str) -> StateView:
        try:
            return StateView(self.repository, revision.by_prefix(prefix, self.repository.objects))
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
