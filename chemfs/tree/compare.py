"""compare/<A>..<B>/: what changed from one state to another, as files. A look-up or a listing compares nothing.

Names may have slashes, so `A..B` may span several folders. These resolve on look-up and are not listed.
"""

from __future__ import annotations

from collections.abc import Iterable

from chemfs.tree.compare_drawn import DrawnChangesFolder
from chemfs.tree.computed_files import ComputedFile
from chemfs.tree.drawn import DRAWN_ENTRY
from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import Opened, OpenRepository
from chemfs.tree.permissions import Permissions, shared
from chemfs.tree.preview_file import preview_of
from chemigram_core.compare import Comparison, StoredStates
from chemigram_core.digest import Digest
from chemigram_core.errors import Refused
from chemigram_core.layout import DRAWN_FOLDER, MASK_FOLDER
from chemigram_core.store.objects import Kind

_BETWEEN = ".."
_SIDES = _BEFORE, _AFTER = "before.jpg", "after.jpg"


class CompareFolder(Folder):
    """compare/, and the folders on the way to a name with slashes."""

    __slots__ = ("_opened", "_prefix")

    def __init__(self, opened: Opened, prefix: str = "") -> None:
        """`prefix` is the part of `A..B` in the folders above, with a slash at the end."""
        self._opened = opened
        self._prefix = prefix

    def stat(self) -> Stat:
        opened = self._opened()
        return Stat(0, opened.repository.root.stat().st_mtime_ns, *opened.permissions("objects"))

    def lookup(self, name: str) -> Node:
        text = self._prefix + name
        old, between, new = text.partition(_BETWEEN)
        if between and (states := self._states(old, new)) is not None:
            return ComparisonFolder(self._opened, *states, (old, new))
        if self._starts_a_name(text):
            return CompareFolder(self._opened, f"{text}/")
        raise NotFound(text)

    def _states(self, old: str, new: str) -> tuple[Digest, Digest] | None:
        repository = self._opened().repository
        try:
            return repository.resolve(old), repository.resolve(new)
        except Refused:
            return None

    def _starts_a_name(self, text: str) -> bool:
        prefix = text.rpartition(_BETWEEN)[2] + "/"
        refs = self._opened().repository.refs
        names = (*refs.branches(), *refs.tags())
        return any(spelled.startswith(prefix) for name in names for spelled in (name, name.ref))


class ComparisonFolder(Folder):
    """What changed from state `left` to state `right`, or its masks/: the files whose paths begin with `folder`."""

    __slots__ = ("_folder", "_left", "_names", "_opened", "_right")

    def __init__(self, opened: Opened, left: Digest, right: Digest, names: tuple[str, str], folder: str = "") -> None:
        self._opened = opened
        self._left = left
        self._right = right
        self._names = names
        self._folder = folder

    def stat(self) -> Stat:
        return Stat(0, self._time_ns(), *self._opened().permissions("objects"))

    def lookup(self, name: str) -> Node:
        if not self._folder and name in _SIDES:
            return preview_of(self._opened, self._side(name))
        if not self._folder and name == DRAWN_FOLDER:
            return DrawnChangesFolder(self._opened, (self._left, self._right))
        comparison, path = self._comparison(), self._folder + name
        if path == MASK_FOLDER and comparison.masks:
            return ComparisonFolder(self._opened, self._left, self._right, self._names, f"{path}/")
        if path not in comparison.file_names():
            raise NotFound(path)
        key, opened = (self._left, self._right, self._names, path), self._opened()
        about = self._time_ns(), self._permissions(opened, comparison)
        return ComputedFile(opened.computed, key, *about, lambda: self._comparison().read(path))

    def entries(self) -> Iterable[Entry]:
        comparison = self._comparison()
        for path in comparison.file_names():
            folder, _, name = path.rpartition("/")
            if folder == self._folder.rstrip("/"):
                yield Entry(name, NodeKind.FILE)
        if not self._folder and comparison.masks:
            yield Entry(MASK_FOLDER, NodeKind.FOLDER)
        if not self._folder:
            yield DRAWN_ENTRY
            shown = self._opened().preview_look.find_all((self._left, self._right))
            yield from (Entry(name, NodeKind.FILE) for name in _SIDES if self._side(name) in shown)

    def _side(self, name: str) -> Digest:
        return self._left if name == _BEFORE else self._right

    def _comparison(self) -> Comparison:
        return Comparison(StoredStates(self._opened().repository), self._left, self._right, self._names)

    def _permissions(self, opened: OpenRepository, comparison: Comparison) -> Permissions:
        """Those that the two snapshots and, if masks differ, all their masks share."""
        info, states = opened.repository.objects.info, (self._left, self._right)
        found = [info(state, Kind.SNAPSHOT) for state in states]
        for state in states if comparison.masks else ():
            found += [info(mask, Kind.MASK) for mask in opened.repository.states.peek_unverified(state).masks.values()]
        return shared(str(opened.repository.root), *((one.status, one.folder) for one in found))

    def _time_ns(self) -> int:
        info = self._opened().repository.objects.info
        return max(info(state, Kind.SNAPSHOT).mtime_ns for state in (self._left, self._right))
