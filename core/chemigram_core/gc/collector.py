"""The collector: removes unreachable snapshots, and masks that no state has any more (RFC-003).

It may run while others save and read. Garbage is found without the lock, then removed in batches, each under the lock
and after a check of what was saved since. A save of what was removed stores it again. Snapshots are removed before
masks, durably, and a mask is marked as purged before it is removed: so whenever a collector is killed, no state lacks a
mask and the registry accounts for every missing one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from chemigram_core.digest import Digest
from chemigram_core.durable.lock import locked
from chemigram_core.errors import LogDamaged, ObjectMissing
from chemigram_core.gc.reachability import Needed, Reached
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import GC
from chemigram_core.previews.image_identity import present_identity
from chemigram_core.previews.preview_file import Preview
from chemigram_core.previews.previews import Previews
from chemigram_core.progress import Progress, silent
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind, StoredObject
from chemigram_core.store.sweep import remove_unopened, sync

GRACE = timedelta(days=14)  # younger objects stay: a program may be about to use them

_BATCH = 50  # objects removed under one hold of the lock: a few milliseconds


@dataclass(frozen=True, slots=True)
class Garbage:
    """Objects that are not needed, and previews that are not shown."""

    snapshots: Sequence[StoredObject]
    masks: Sequence[StoredObject]
    previews: Sequence[Preview] = ()

    @property
    def size_bytes(self) -> int:
        """The size of the objects in the store."""
        return sum(found.size_bytes for found in (*self.snapshots, *self.masks))


def find_garbage(
    repository: Repository, grace: timedelta = GRACE, on_progress: Progress = silent, *, unlogged: bool = False
) -> Garbage:
    """The objects that `collect` would remove if no process had them open. Raises as `collect`."""
    return _Collector(repository, on_progress, unlogged=unlogged).find(grace)


def collect(
    repository: Repository, grace: timedelta = GRACE, on_progress: Progress = silent, *, unlogged: bool = False
) -> Garbage:
    """Remove what no branch, tag, HEAD or registry reaches, is older than `grace` and is not open; returns it.

    Previews that are not shown are removed whatever their age.

    A snapshot that is not in the log may be an acknowledged save whose line was lost when two copies of the
    repository were synchronized: it is only removed if `unlogged` says so.

    Raises LogDamaged, RefDamaged, RegistryDamaged, ObjectMissing or ObjectDamaged, before anything is removed, if what
    is needed can't be determined.
    """
    return _Collector(repository, on_progress, unlogged=unlogged).collect(grace)


class _Collector:
    def __init__(self, repository: Repository, on_progress: Progress, *, unlogged: bool) -> None:
        self._repository = repository
        self._takes_unlogged = unlogged
        self._on_progress = on_progress
        self._reached = Reached(repository)
        self._needed = Needed(repository)

    def find(self, grace: timedelta) -> Garbage:
        """The garbage at this moment; `_remove` checks again for what is saved later."""
        self._look()
        objects = list(self._repository.objects)
        newest_ns = time.time_ns() - int(grace.total_seconds() * 1e9)
        old = [found for found in objects if found.mtime_ns < newest_ns]
        snapshots = [found for found in old if found.kind is Kind.SNAPSHOT and self._is_unreached(found)]
        garbage = {found.digest for found in snapshots}
        self._read([found.digest for found in objects if found.kind is Kind.SNAPSHOT and found.digest not in garbage])
        masks = [found for found in old if found.kind is Kind.MASK and self._is_unneeded(found)]
        return Garbage(snapshots, masks, tuple(self._unneeded_previews(garbage)))

    def collect(self, grace: timedelta) -> Garbage:
        found = self.find(grace)
        snapshots = self._remove("removing snapshots", found.snapshots, self._reached.refresh, self._is_unreached)
        self._read([one.digest for one in set(found.snapshots).difference(snapshots)])
        masks = self._remove_masks(found.masks)
        collected = Garbage(snapshots, masks, tuple(self._remove_previews()))
        if snapshots or masks:
            with locked(self._repository.root):
                self._repository.log.append(_entry(collected))
        return collected

    def _look(self) -> None:
        """Raises as `collect` if what is reachable can't be determined."""
        self._reached.refresh()
        if unreadable := self._reached.unreadable_lines:
            raise LogDamaged(f"{unreadable} lines can't be read")
        for tip in self._repository.refs.targets():
            self._repository.objects.info(tip, Kind.SNAPSHOT)
        if unlogged := self._reached.unlogged():
            raise LogDamaged(f"no line says where {len(unlogged)} states came from")

    def _remove_masks(self, candidates: Sequence[StoredObject]) -> list[StoredObject]:
        registry = self._repository.registry
        with locked(self._repository.root):
            self._needed.refresh()
            garbage = [found for found in candidates if self._is_unneeded(found)]
            registry.update(lambda known: known.restore(self._needed.masks).purge(found.digest for found in garbage))
        gone = self._remove("removing masks", garbage, self._needed.refresh, self._is_unneeded)
        if stayed := set(garbage).difference(gone):
            with locked(self._repository.root):
                registry.update(lambda known: known.restore(found.digest for found in stayed))
        return gone

    def _unneeded_previews(self, garbage: Container[Digest] = ()) -> list[Preview]:
        """The previews that nothing shows once the snapshots that are `garbage` are gone."""
        repository = self._repository
        image = present_identity(repository.image)

        def is_kept(snapshot: Digest) -> bool:
            return snapshot not in garbage and repository.objects.has(snapshot, Kind.SNAPSHOT)

        return Previews(repository.root).unneeded(is_kept, image)

    def _remove_previews(self) -> list[Preview]:
        """Previews are not logged, and need no lock: one that is removed by mistake is rendered again."""
        return Previews(self._repository.root).remove(self._unneeded_previews())

    def _remove(
        self,
        doing: str,
        candidates: Sequence[StoredObject],
        refresh: Callable[[], None],
        is_garbage: Callable[[StoredObject], bool],
    ) -> list[StoredObject]:
        """Remove those that are still garbage and not open, durably; returns them.

        The first check of what was saved since may take long and needs no lock; the second one, under the lock, is
        short.
        """
        root, gone = self._repository.root, list[StoredObject]()
        for start in range(0, len(candidates), _BATCH):
            self._on_progress(doing, start, len(candidates))
            refresh()
            before = time.monotonic()
            with locked(root):
                refresh()
                gone += remove_unopened(root, filter(is_garbage, candidates[start : start + _BATCH]))
            time.sleep(time.monotonic() - before)  # the lock has no queue: give waiting processes a chance
        sync(root, gone)
        return gone

    def _read(self, snapshots: Sequence[Digest]) -> None:
        """Add the masks of snapshots that stay."""
        for number, digest in enumerate(snapshots):
            if number % _BATCH == 0:
                self._on_progress("reading states", number, len(snapshots))
            with suppress(ObjectMissing):  # removed by another collector
                self._needed.add(digest)
        self._needed.refresh()

    def _is_unreached(self, snapshot: StoredObject) -> bool:
        is_wanted = self._takes_unlogged or self._reached.mentions(snapshot.digest)
        return is_wanted and snapshot.digest not in self._reached.snapshots

    def _is_unneeded(self, mask: StoredObject) -> bool:
        return mask.digest not in self._needed.masks


def _entry(collected: Garbage) -> LogEntry:
    counts = {"snapshots": len(collected.snapshots), "masks": len(collected.masks), "bytes": collected.size_bytes}
    return LogEntry(GC, metadata=counts)
