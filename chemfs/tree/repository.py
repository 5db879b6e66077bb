"""One repository's folder in a mount: its top-level names. A new folder of the mount is one line here.

HEAD  heads/  tags/  snapshots/  history/  compare/  previews/  rejected/  log.jsonl  README.txt
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from chemfs.tree import readme
from chemfs.tree.compare import CompareFolder
from chemfs.tree.errors import NotFound, NotPermitted, OtherBranch, ReadOnly
from chemfs.tree.head_link import LINK_MODE, head_target, parse_target
from chemfs.tree.heads.heads_folder import HeadsFolder
from chemfs.tree.history import HistoryFolder
from chemfs.tree.nodes import Entry, Folder, Link, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.previews import PreviewsFolder
from chemfs.tree.real_file import RealFile, Text
from chemfs.tree.rejected import RejectedFolder
from chemfs.tree.snapshots import SnapshotsFolder
from chemfs.tree.tags import TagsFolder
from chemigram_core.log.journal import FILE_NAME as LOG_FILE
from chemigram_core.operations.refs import checkout

_HEAD = "HEAD"


def _readme(opened: Opened) -> Node:
    return Text(readme.REPOSITORY, _head_time_ns(opened), opened().permissions())


def _log(opened: Opened) -> Node:
    file = RealFile(opened, LOG_FILE)
    file.stat()
    return file


def _head_time_ns(opened: Opened) -> int:
    return RealFile(opened, _HEAD).stat().mtime_ns


class HeadLink(Link):
    """HEAD. It is read each time, so that a checkout or damage shows at once."""

    __slots__ = ("_opened",)

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def stat(self) -> Stat:
        return Stat(len(self.target().encode()), _head_time_ns(self._opened), LINK_MODE)

    def target(self) -> str:
        return head_target(self._opened().repository.refs.head())


_TOP: Mapping[str, tuple[NodeKind, Callable[[Opened], Node]]] = {
    readme.NAME: (NodeKind.FILE, _readme),
    _HEAD: (NodeKind.LINK, HeadLink),
    "heads": (NodeKind.FOLDER, HeadsFolder),
    "tags": (NodeKind.FOLDER, TagsFolder),
    "snapshots": (NodeKind.FOLDER, SnapshotsFolder),
    "history": (NodeKind.FOLDER, HistoryFolder),
    "compare": (NodeKind.FOLDER, CompareFolder),
    "previews": (NodeKind.FOLDER, PreviewsFolder),
    "rejected": (NodeKind.FOLDER, RejectedFolder),
    LOG_FILE: (NodeKind.FILE, _log),
}


class RepositoryFolder(Folder):
    """The folder of a repository. A link made in it may be renamed over HEAD, which is a checkout."""

    __slots__ = ("_also", "opened")

    def __init__(self, opened: Opened, also: Mapping[str, Folder] = MappingProxyType({})) -> None:
        """`also` are folders that only the repository at the mountpoint shows."""
        self.opened = opened
        self._also = also

    def stat(self) -> Stat:
        opened = self.opened()
        return Stat(0, opened.time_ns(), *opened.permissions())

    def lookup(self, name: str) -> Node:
        if name in _TOP:
            _, make = _TOP[name]
            return make(self.opened)
        if name in self._also:
            return self._also[name]
        if (link := self.opened().links.get(name)) is not None:
            return link
        raise NotFound(name)

    def entries(self) -> Iterable[Entry]:
        has_log = self.opened().repository.log.extent() != (0, 0)  # not before the first save
        yield from (Entry(name, kind) for name, (kind, _) in _TOP.items() if has_log or name != LOG_FILE)
        yield from (Entry(name, NodeKind.FOLDER) for name in self._also)
        yield from (Entry(path, NodeKind.LINK) for path in self.opened().links.paths() if "/" not in path)

    def make_link(self, name: str, target: str) -> None:
        """Make a link, to be renamed over HEAD. Raises NotALinkTarget."""
        opened = self.opened()
        opened.check_writable()
        if name in _TOP or name in self._also:
            raise ReadOnly(name)
        parse_target(opened.repository, target)
        opened.links.add(name, target)

    def remove(self, name: str) -> None:
        opened = self.opened()
        opened.check_writable()
        if opened.links.take(name) is None:
            super().remove(name)

    def rename(self, name: str, folder: Folder, new_name: str) -> None:
        """Rename a fresh link over HEAD. Raises NotPermitted for anything else."""
        opened = self.opened()
        opened.check_writable()
        if not isinstance(folder, RepositoryFolder) or new_name != _HEAD:
            super().rename(name, folder, new_name)
        elif folder.opened() is not opened:
            raise OtherBranch(new_name)
        elif (link := opened.links.take(name)) is None:
            raise NotPermitted(name)
        else:
            checkout(opened.repository, parse_target(opened.repository, link.target()))


class RollOfRepository(RepositoryFolder):
    """The folder of a repository that lists nothing but its roll."""

    __slots__ = ()

    def entries(self) -> Iterable[Entry]:
        yield from (Entry(name, NodeKind.FOLDER) for name in self._also)
