"""What a collector must leave: snapshots that refs reach, masks that snapshots and the registry name. Removes nothing.

Both are looked at again and again while others save. `refresh` adds what has come since and costs little when that is
little; nothing is ever taken away, so what was needed at the start stays for the whole run.
A ref that is lost, while the log has no word of its end, counts as one that is there: fsck can bring it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from chemigram_core import sidecar
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp, ObjectDamaged, ObjectMissing
from chemigram_core.log.lineage import Lineage
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind


def add_with_ancestors(
    found: set[Digest], starts: Iterable[Digest], parents: Mapping[Digest, Iterable[Digest]]
) -> None:
    """Add states and all that was before them; what was before a state that is there already is there too."""
    pending = [*starts]
    while pending:
        if (digest := pending.pop()) not in found:
            found.add(digest)
            pending.extend(parents.get(digest, ()))


class Reached:
    """The snapshots that branches, tags and HEAD reach through the log's parents."""

    def __init__(self, repository: Repository) -> None:
        self.snapshots: set[Digest] = set()
        self._repository = repository
        self._lineage = Lineage()
        self._offset_bytes = 0

    def refresh(self) -> None:
        """Look at the refs and the log again, in this order: what a ref points at is in the log. Raises RefDamaged."""
        starts = [*self._repository.refs.targets(), *self._new_parents(), *self._logged_tips()]
        add_with_ancestors(self.snapshots, starts, self._lineage.parents)

    @property
    def unreadable_lines(self) -> int:
        """How many lines of the log can't be parsed."""
        return len(self._lineage.unreadable)

    def unlogged(self) -> set[Digest]:
        """Those whose parents are not known, since no line of the log gives their origin."""
        return self.snapshots - self._lineage.parents.keys()

    def _new_parents(self) -> Iterator[Digest]:
        """Read on in the log; the parents that snapshots got which were reached before."""
        for line, entry, offset_bytes in self._repository.log.lines_from(self._offset_bytes):
            self._offset_bytes = offset_bytes
            self._lineage.add(line, entry)
            if entry and entry.parent and entry.hash in self.snapshots:
                yield entry.parent

    def _logged_tips(self) -> Iterator[Digest]:
        """Where the log has the refs, as far as that is in the store and not known to be reached."""
        has, tips = self._repository.objects.has, self._lineage.positions.values()
        return (tip for tip in tips if tip not in self.snapshots and has(tip, Kind.SNAPSHOT))


class Needed:
    """The masks that the snapshots in the store name, as far as these are added or saved from now on, and the registry.

    Every snapshot that is there counts, reached or not: a state is never left without its masks.
    """

    def __init__(self, repository: Repository) -> None:
        self.masks: set[Digest] = set()
        self._repository = repository
        _, self._offset_bytes = repository.log.extent()

    def add(self, snapshot: Digest) -> None:
        """A snapshot stays. Raises ObjectMissing, and ObjectDamaged when its masks can't be known."""
        try:
            self.masks.update(sidecar.masks_of(self._repository.objects.read(snapshot, Kind.SNAPSHOT)).values())
        except InvalidXmp as error:
            raise ObjectDamaged(snapshot) from error

    def refresh(self) -> None:
        """Look at the log and the registry again. Raises as `add`, and RegistryDamaged."""
        for _, entry, offset_bytes in self._repository.log.lines_from(self._offset_bytes):
            self._offset_bytes = offset_bytes
            if entry and entry.hash:
                with suppress(ObjectMissing):
                    self.add(entry.hash)
        self.masks.update(self._repository.registry.read().current().values())
