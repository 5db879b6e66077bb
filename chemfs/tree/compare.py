"""compare/<A>..<B>/: what changed from one state to another, as files. A look-up or a listing computes nothing.

The same two states under the same names always give the same bytes, so they are kept, bounded, and sizes are exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from cachetools import LRUCache

from chemfs.tree.errors import IsAFolder, NotFound
from chemfs.tree.nodes import Directory, Entry, File, Node, NodeKind
from chemfs.tree.open_files import Handle, TextHandle
from chemfs.tree.paths import Parts
from chemigram_core.compare import Comparison, StoredStates
from chemigram_core.errors import Refused
from chemigram_core.layout import MASK_FOLDER
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

_KEPT_BYTES = 64 << 20
_KEPT_SIZES = 100_000
_BETWEEN = ".."

_Key = tuple[str, str, tuple[str, str], Parts]


class ComparisonFolders:
    """The comparisons in one repository. Safe for many threads."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._lock = Lock()  # of what is kept
        self._working = Lock()  # one comparison at a time: pictures of large masks take much memory
        self._contents: LRUCache[_Key, bytes] = LRUCache(_KEPT_BYTES, getsizeof=len)
        self._sizes: LRUCache[_Key, int] = LRUCache(_KEPT_SIZES)

    def node(self, parts: Parts) -> Node:
        """What stands at `parts` below compare/. Raises NotFound, StoreFailed."""
        found = self._locate(parts)
        if found is None:
            return Directory(self._repository.root.stat().st_mtime_ns, tuple)
        comparison, inside = found
        match inside:
            case ():
                return Directory(self._time_ns(comparison), lambda: _entries(comparison))
            case (folder,) if folder == MASK_FOLDER and comparison.masks:
                return Directory(self._time_ns(comparison), lambda: _mask_entries(comparison))
            case _:
                return File(self._size_bytes(comparison, inside), self._time_ns(comparison))

    def open(self, parts: Parts) -> Handle:
        """A handle to read a file. Raises NotFound, IsAFolder, StoreFailed."""
        found = self._locate(parts)
        if found is None or found[1] in ((), (MASK_FOLDER,)):
            raise IsAFolder("/".join(parts))
        return TextHandle(self._content(*found))

    def _locate(self, parts: Parts) -> tuple[Comparison, Parts] | None:
        """The comparison that a path leads into with the rest of the path; None for a folder on the way to one.

        A name may have slashes, so `A..B` may go on over several parts.
        """
        for end in range(1, len(parts) + 1):
            old, between, new = "/".join(parts[:end]).partition(_BETWEEN)
            if between and (comparison := self._compare(old, new)) is not None:
                return comparison, parts[end:]
        if parts and not self._starts_a_name(parts):
            raise NotFound("/".join(parts))
        return None

    def _compare(self, old: str, new: str) -> Comparison | None:
        try:
            left, right = self._repository.resolve(old), self._repository.resolve(new)
        except Refused:
            return None
        return Comparison(StoredStates(self._repository), left, right, (old, new))

    def _starts_a_name(self, parts: Parts) -> bool:
        prefix = "/".join(parts).rpartition(_BETWEEN)[2] + "/"
        refs = self._repository.refs
        names = (*refs.branches(), *refs.tags())
        return any(spelled.startswith(prefix) for name in names for spelled in (name, name.ref))

    def _size_bytes(self, comparison: Comparison, inside: Parts) -> int:
        with self._lock:
            if (known := self._sizes.get(_key(comparison, inside))) is not None:
                return known
        return len(self._content(comparison, inside))

    def _content(self, comparison: Comparison, inside: Parts) -> bytes:
        with self._working:
            return self._kept(comparison, inside) or self._computed(comparison, inside)

    def _kept(self, comparison: Comparison, inside: Parts) -> bytes | None:
        with self._lock:
            return self._contents.get(_key(comparison, inside))

    def _computed(self, comparison: Comparison, inside: Parts) -> bytes:
        path = "/".join(inside)
        try:
            content = comparison.read(path)
        except FileNotFoundError as error:
            raise NotFound(path) from error
        with self._lock:
            self._sizes[_key(comparison, inside)] = len(content)
            if len(content) <= _KEPT_BYTES:
                self._contents[_key(comparison, inside)] = content
        return content

    def _time_ns(self, comparison: Comparison) -> int:
        info = self._repository.objects.info
        return max(info(state, Kind.SNAPSHOT).mtime_ns for state in (comparison.left, comparison.right))


def _key(comparison: Comparison, inside: Parts) -> _Key:
    return comparison.left, comparison.right, comparison.names, inside


def _entries(comparison: Comparison) -> Iterable[Entry]:
    yield from ((name, NodeKind.FILE) for name in comparison.file_names() if "/" not in name)
    if comparison.masks:
        yield MASK_FOLDER, NodeKind.FOLDER


def _mask_entries(comparison: Comparison) -> Iterable[Entry]:
    return [(name, NodeKind.FILE) for name in comparison.masks]
