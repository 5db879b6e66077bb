"""Locks of fcntl(2) and flock(2), by place. Knows no inode and no node.

The kernel would lock by inode, and a versioned file has several: two writers of one name would both get the lock.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from fcntl import F_UNLCK, F_WRLCK
from threading import Lock
from typing import NamedTuple

_INTERRUPTED = 1000  # requests that were interrupted and did not wait here; one that will, comes soon after


class Lockable(NamedTuple):
    """What is locked: a place, by flock(2) or by fcntl(2). The two don't see each other."""

    place: Hashable
    is_flock: bool


class FileLock(NamedTuple):
    """A lock from the `first` byte to the `last`, taken through an open file; `kind` as in struct flock."""

    owner: int
    first: int
    last: int
    kind: int
    process: int
    handle: int

    def overlaps(self, other: FileLock) -> bool:
        """Whether they have a byte in common."""
        return self.first <= other.last and other.first <= self.last

    def excludes(self, other: FileLock) -> bool:
        """Whether they can't be held at once."""
        return self.owner != other.owner and F_WRLCK in (self.kind, other.kind) and self.overlaps(other)

    def without(self, other: FileLock) -> Iterator[FileLock]:
        """What is left of it where `other` takes its bytes."""
        if not self.overlaps(other):
            yield self
            return
        if self.first < other.first:
            yield self._replace(last=other.first - 1)
        if self.last > other.last:
            yield self._replace(first=other.last + 1)


_Wait = tuple[Lockable, FileLock]


class Locks:
    """The locks of one mount. Safe for many threads.

    A request that has to wait keeps no thread: it is noted, and answered by whichever thread frees what it waits for.
    `answer(unique, errno)` answers it; False when its caller has gone.
    """

    def __init__(self, answer: Callable[[int, int], bool]) -> None:
        self._answer = answer
        # Over all below, and never held while something is answered. A lock is tried for and the wait noted without
        # a gap, so whoever frees it meanwhile finds the wait. An INTERRUPT may be read before its request has come
        # here, by another thread: the request finds that it was interrupted. An INTERRUPT between the grant of a lock
        # and its answer finds nothing that waits: the caller has the lock. A caller that has gone in between makes
        # the answer fail, and the lock is freed again.
        self._mutex = Lock()
        self._held: dict[Lockable, list[FileLock]] = {}
        self._of_handle: dict[int, set[Lockable]] = {}
        self._waiting: dict[int, _Wait] = {}
        self._interrupted: deque[int] = deque(maxlen=_INTERRUPTED)

    @property
    def are_none(self) -> bool:
        """Whether nothing is locked, as nearly always."""
        return not self._held

    def in_the_way(self, what: Lockable, wanted: FileLock) -> FileLock:
        """A lock that excludes another one; the range unlocked if there is none."""
        with self._mutex:
            return next(self._excluding(what, wanted), wanted._replace(kind=F_UNLCK))

    def take(self, what: Lockable, wanted: FileLock) -> None:
        """Take a lock, or free a range. Raises BlockingIOError when another owner's lock is in the way."""
        with self._mutex:
            is_taken = self._try(what, wanted)
            granted = self._grant()
        self._answer_all(granted)
        if not is_taken:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    def wait(self, what: Lockable, wanted: FileLock, unique: int) -> bool:
        """Take a lock now (True), or as soon as it is free: the request is answered then.

        Raises InterruptedError when it was interrupted already, OSError (EDEADLK) when it would wait for itself.
        """
        with self._mutex:
            if unique in self._interrupted:
                raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR))
            is_taken = self._try(what, wanted)
            if not is_taken:
                if not what.is_flock and self._waits_for_itself(what, wanted):
                    raise OSError(errno.EDEADLK, os.strerror(errno.EDEADLK))
                self._waiting[unique] = what, wanted
            granted = self._grant()
        self._answer_all(granted)
        return is_taken

    def interrupt(self, unique: int) -> None:
        """A request shall wait no longer, if it is one that waits here."""
        with self._mutex:
            waited = self._waiting.pop(unique, None)
            if waited is None:
                self._interrupted.append(unique)
        if waited is not None:
            self._answer(unique, errno.EINTR)

    def closed(self, place: Hashable, owner: int) -> None:
        """A process closed a descriptor: all that it holds there by fcntl(2) is free, as POSIX has it."""
        self._free({Lockable(place, is_flock=False)}, lambda lock: lock.owner == owner)

    def released(self, handle: int) -> None:
        """An open file is gone, and with it what is still locked through it."""
        if (locked := self._of_handle.pop(handle, None)) is not None:
            self._free(locked, lambda lock: lock.handle == handle)

    def _free(self, locked: Iterable[Lockable], is_freed: Callable[[FileLock], bool]) -> None:
        with self._mutex:
            for what in locked:
                self._keep(what, [lock for lock in self._held.get(what, ()) if not is_freed(lock)])
            granted = self._grant()
        self._answer_all(granted)

    def _answer_all(self, granted: dict[int, _Wait]) -> None:
        for unique, (what, wanted) in granted.items():
            if not self._answer(unique, 0):
                self.take(what, wanted._replace(kind=F_UNLCK))

    def _grant(self) -> dict[int, _Wait]:
        granted = {unique: wait for unique, wait in self._waiting.items() if self._try(*wait)}
        for unique in granted:
            del self._waiting[unique]
        return granted

    def _try(self, what: Lockable, wanted: FileLock) -> bool:
        if what.is_flock:  # another kind of lock is no conversion: the one that is there goes first, as flock(2) says
            self._keep(what, [lock for lock in self._held.get(what, ()) if lock.owner != wanted.owner])
        if next(self._excluding(what, wanted), None) is not None:
            return False
        held = self._held.get(what, [])
        kept = [left for lock in held for left in (lock.without(wanted) if lock.owner == wanted.owner else (lock,))]
        if wanted.kind != F_UNLCK:
            kept.append(wanted)
            self._of_handle.setdefault(wanted.handle, set()).add(what)
        self._keep(what, kept)
        return True

    def _excluding(self, what: Lockable, wanted: FileLock) -> Iterator[FileLock]:
        held = () if wanted.kind == F_UNLCK else self._held.get(what, ())
        return (lock for lock in held if lock.excludes(wanted))

    def _keep(self, what: Lockable, locks: list[FileLock]) -> None:
        if locks:
            self._held[what] = locks
        else:
            self._held.pop(what, None)

    def _waits_for_itself(self, what: Lockable, wanted: FileLock) -> bool:
        """Whether an owner that is in the way waits for this one, perhaps through others."""
        seen: set[int] = set()
        waits = [(what, wanted)]
        while waits:
            owners = {lock.owner for lock in self._excluding(*waits.pop())} - seen
            if wanted.owner in owners:
                return True
            seen |= owners
            waits += [waited for waited in self._waiting.values() if waited[1].owner in owners]
        return False
