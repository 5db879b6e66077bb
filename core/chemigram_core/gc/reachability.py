"""The objects that a collector must keep: reachable snapshots, and masks of snapshots and the registry. Removes
nothing.

Both are refreshed while others save. `refresh` adds what was saved since, and is cheap if that is little; nothing is
ever dropped, so what was needed at the start stays for the whole run. A lost ref whose deletion is not in the log
counts as existing: fsck can restore it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain

from chemigram_core import sidecar
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp, ObjectDamaged, ObjectMissing
from chemigram_core.log.lineage import Lineage
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind


def add_with_ancestors(
    found: set[Digest], starts: Iterable[Digest], before: Callable[[Digest], Iterable[Digest]]
) -> None:
    """Add states and all their ancestors; stops at states that are already there, with their ancestors."""
    pending = [*starts]
    while pending:
        if (digest := pending.pop()) not in found:
            found.add(digest)
            pending.extend(before(digest))


class Reached:
    """The snapshots that branches, tags and HEAD reach through the log's parents, and former tips of branches."""

    def __init__(self, repository: Repository) -> None:
        self.snapshots: set[Digest] = set()
        self._repository = repository
        self._lineage = Lineage()
        self._offset_bytes = 0

    def refresh(self) -> None:
        """Read the refs and the log again, in this order: what a ref points at is in the log. Raises RefDamaged."""
        starts = [*self._repository.refs.targets(), *self._new_lines(), *self._logged_tips()]
        add_with_ancestors(self.snapshots, starts, self._lineage.before)

    @property
    def unreadable_lines(self) -> int:
        """The number of lines of the log that can't be parsed."""
        return len(self._lineage.unreadable)

    def unlogged(self) -> set[Digest]:
        """Reached snapshots whose parents are unknown, since the log does not have their origin."""
        return self.snapshots - self._lineage.parents.keys()

    def mentions(self, snapshot: Digest) -> bool:
        """Whether a line of the log names a snapshot."""
        return self._lineage.mentions(snapshot)

    def _new_lines(self) -> Iterator[Digest]:
        """Read the new lines of the log; returns what they add to what was reached before.

        At first these are the former tips of existing branches; later every state in a line is needed.
        """
        is_first, states = self._offset_bytes == 0, list[Digest]()
        for line, entry, offset_bytes in self._repository.log.lines_from(self._offset_bytes):
            self._offset_bytes = offset_bytes
            self._lineage.add(line, entry)
            if entry and not is_first:
                states += filter(None, (entry.hash, entry.parent))
        tips = chain.from_iterable(self._lineage.tips.values()) if is_first else states
        return filter(self._has, set(tips) - self.snapshots)

    def _has(self, digest: Digest) -> bool:
        """Whether a state is there: the log outlives those that were collected. A logged origin is enough."""
        return digest in self._lineage.parents or self._repository.objects.has(digest, Kind.SNAPSHOT)

    def _logged_tips(self) -> Iterator[Digest]:
        """The positions of the refs in the log that are in the store and not known to be reached."""
        has, tips = self._repository.objects.has, self._lineage.positions.values()
        return (tip for tip in tips if tip not in self.snapshots and has(tip, Kind.SNAPSHOT))


class Needed:
    """The masks that the registry names, and those of snapshots that are added or saved from now on.

    Every existing snapshot counts, reached or not: a state never lacks its masks.
    """

    def __init__(self, repository: Repository) -> None:
        self.masks: set[Digest] = set()
        self._repository = repository
        _, self._offset_bytes = repository.log.extent()

    def add(self, snapshot: Digest) -> None:
        """Add a snapshot that stays. Raises ObjectMissing, and ObjectDamaged if its masks can't be read."""
        try:
            self.masks.update(sidecar.masks_of(self._repository.objects.read(snapshot, Kind.SNAPSHOT)).values())
        except InvalidXmp as error:
            raise ObjectDamaged(snapshot) from error

    def refresh(self) -> None:
        """Read the log and the registry again. Raises as `add`, and RegistryDamaged."""
        for _, entry, offset_bytes in self._repository.log.lines_from(self._offset_bytes):
            self._offset_bytes = offset_bytes
            if entry and entry.hash:
                with suppress(ObjectMissing):
                    self.add(entry.hash)
        self.masks.update(self._repository.registry.read().current().values())
