"""A branch's tracked files as everyone but their writers sees them: the tip, without files that were just removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import NamedTuple

from chemfs.tree.errors import NotFound
from chemfs.tree.heads.draft_table import DraftTable
from chemfs.tree.heads.tracked import Mask, Tracked
from chemfs.tree.objects import check_mask
from chemfs.tree.open_files import Stat
from chemfs.tree.permissions import saved, to_be_saved
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp, StoreFailed
from chemigram_core.names import BranchName, MaskName
from chemigram_core.refs.head import OnBranch
from chemigram_core.refs.refs import Position
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

_KNOWN_SECONDS = 1.0


class Shown(NamedTuple):
    """A tracked file: its tip, its object (both None for a file that is being written for the first time), its stat."""

    state: Digest | None
    content: Digest | None
    stat: Stat


class Tip:
    """The tracked files of one branch. A file that is being written for the first time exists, and is empty."""

    def __init__(self, repository: Repository, branch: BranchName, table: DraftTable) -> None:
        self._repository = repository
        self._root = str(repository.root)
        self._branch = branch
        self._table = table
        # What the branch had at a position, and until when that holds (monotonic seconds).
        self._stored: tuple[Position | None, float, dict[Tracked, Shown]] = None, 0.0, {}

    def digest(self) -> Digest | None:
        """The tip, None on a branch without a snapshot."""
        return self._repository.refs.read(self._branch)

    def time_ns(self) -> int:
        """When the branch got its tip, ns since 1970."""
        position = self._repository.refs.look(self._branch)
        return self._repository.root.stat().st_mtime_ns if position is None else position.moved_ns

    def object(self, target: Tracked) -> Digest | None:
        """The object of a tracked file, hidden or not; the snapshot itself for the XMP. None if the tip lacks it."""
        tip = self.digest()
        return None if tip is None else self._object(target, tip)

    def shown(self, target: Tracked) -> Shown:
        """A tracked file. Raises NotFound, ObjectMissing."""
        position = self._repository.refs.look(self._branch)
        if position is not None and (found := self._shown(target, position.digest)) is not None:
            return self._as_stored(target, position, found)
        if target in self._table.targets() and (position is not None or self._is_heads()):
            return Shown(None, None, Stat(0, self.time_ns(), *to_be_saved(self._root)))
        raise NotFound(str(target))

    def _as_stored(self, target: Tracked, position: Position, found: Digest) -> Shown:
        """Checked once a second while the branch stays there: only the permissions of an object may change."""
        at, until, known = self._stored
        if at != position or until < monotonic():
            known = {}
            self._stored = position, monotonic() + _KNOWN_SECONDS, known
        if (shown := known.get(target)) is None or shown.content != found:
            stored = self._repository.objects.info(found, _kind(target))
            mtime_ns = stored.mtime_ns if isinstance(target, Mask) else position.moved_ns
            permissions = saved(stored.status, stored.folder, self._root)
            shown = known[target] = Shown(position.digest, found, Stat(stored.size_bytes, mtime_ns, *permissions))
        return shown

    def data(self, target: Tracked) -> bytes:
        """All bytes of a tracked file. Raises NotFound, StoreFailed."""
        shown = self.shown(target)
        if shown.state is None or shown.content is None:
            return b""
        if isinstance(target, Mask):
            check_mask(self._repository, shown.state, target.name, shown.content)
        return self._repository.objects.read(shown.content, _kind(target))

    def is_there(self, target: Tracked) -> bool:
        """Whether a tracked file is shown."""
        tip = self.digest()
        is_shown = tip is not None and self._shown(target, tip) is not None
        return is_shown or target in self._table.targets()

    def masks(self) -> Iterator[MaskName]:
        """The names of the masks that are shown, sorted."""
        tip = self.digest()
        known: Iterable[MaskName] = () if tip is None else self._repository.states.peek_unverified(tip).masks
        written = {target.name for target in self._table.targets() if isinstance(target, Mask)}
        return (name for name in sorted({*known, *written}) if self.is_there(Mask(name)))

    def _is_heads(self) -> bool:
        """Whether HEAD is on the branch: any other without a tip is deleted, or just being renamed."""
        return self._repository.refs.head() == OnBranch(self._branch)

    def _shown(self, target: Tracked, tip: Digest) -> Digest | None:
        """The object, unless it was removed and is not being written again."""
        if (now := self._object(target, tip)) is None:
            return None
        return None if self._is_hidden(target, now) and target not in self._table.targets() else now

    def _object(self, target: Tracked, tip: Digest) -> Digest | None:
        return self._repository.states.peek_unverified(tip).masks.get(target.name) if isinstance(target, Mask) else tip

    def _is_hidden(self, target: Tracked, now: Digest) -> bool:
        """Whether a file is still the object that was removed. If others saved another one meanwhile, that is shown."""
        removed = self._table.removed(target)
        if removed is None:
            return False
        return removed == now or (not isinstance(target, Mask) and self._is_same_xmp(removed, now))

    def _is_same_xmp(self, old: Digest, new: Digest) -> bool:
        edit = self._repository.states.edit_without_masks
        try:
            return edit(old) == edit(new)
        except (StoreFailed, InvalidXmp):
            return False  # an unreadable tip hides nothing


def _kind(target: Tracked) -> Kind:
    return Kind.MASK if isinstance(target, Mask) else Kind.SNAPSHOT
