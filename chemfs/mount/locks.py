"""Locks of fcntl(2) and flock(2), by place. Knows no inode and no node.

The kernel would lock inodes, of which a versioned file has several: two writers of one name would both get the lock.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from fcntl import F_UNLCK, F_WRLCK
from threading import Lock
from typing import NamedTuple

_INTERRUPTED = 1000  # interrupts remembered for requests that have not arrived here yet


class Lockable(NamedTuple):
    """A place, locked by flock(2) or by fcntl(2). The two don't conflict."""

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
        """Whether the two locks conflict."""
        return self.owner != other.owner and F_WRLCK in (self.kind, other.kind) and self.overlaps(other)

    def without(self, other: FileLock) -> Iterator[FileLock]:
        """The parts that remain after `other` takes its bytes."""
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

    A request that has to wait occupies no thread: it is recorded, and answered by the thread that frees the lock.
    `answer(unique, errno)` answers it, and returns False if its caller has gone.
    """

    def __init__(self, answer: Callable[[int, int], bool]) -> None:
        self._answer = answer
        # Guards everything below, and is never held while a request is answered. What interleaves:
        # - Trying a lock and recording the wait are one step, so a thread that frees the lock finds the wait.
        # - An INTERRUPT may be read by another thread before its request arrives here: the request then finds it.
        # - An INTERRUPT between the grant of a lock and its answer finds no wait: the caller has the lock.
        # - If the caller has gone by the time of the answer, the answer fails, and the lock is freed again.
        self._mutex = Lock()
        self._held: dict[Lockable, list[FileLock]] = {}
        self._of_handle: dict[int, set[Lockable]] = {}
        self._waiting: dict[int, _Wait] = {}
        self._interrupted: deque[int] = deque(maxlen=_INTERRUPTED)

    @property
    def are_none(self) -> bool:
        """Whether nothing is locked, the usual case."""
        return not self._held

    def in_the_way(self, what: Lockable, wanted: FileLock) -> FileLock:
        """A lock that conflicts with `wanted`, or `wanted` as an unlocked range."""
        with self._mutex:
            return next(self._excluding(what, wanted), wanted._replace(kind=F_UNLCK))

    def take(self, what: Lockable, wanted: FileLock) -> None:
        """Take a lock, or free a range. Raises BlockingIOError if another owner's lock conflicts."""
        with self._mutex:
            is_taken = self._try(what, wanted)
            granted = self._grant()
        self._answer_all(granted)
        if not is_taken:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    def wait(self, what: Lockable, wanted: FileLock, unique: int) -> bool:
        """Take a lock at once (True), or wait for it (False): the request is answered when the lock is granted.

        Raises InterruptedError if it was interrupted already, OSError (EDEADLK) if it would wait for itself.
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
        """End the wait of a request, if it waits here."""
        with self._mutex:
            waited = self._waiting.pop(unique, None)
            if waited is None:
                self._interrupted.append(unique)
        if waited is not None:
            self._answer(unique, errno.EINTR)

    def closed(self, place: Hashable, owner: int) -> None:
        """Free the fcntl(2) locks of a process that closed any descriptor of the file, as POSIX says."""
        self._free({Lockable(place, is_flock=False)}, lambda lock: lock.owner == owner)

    def released(self, handle: int) -> None:
        """Free the remaining locks of an open file that was released."""
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
        if what.is_flock:  # a conversion is not atomic: the existing lock is freed first (flock(2))
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
        """Whether a conflicting owner waits for this one, directly or through others."""
        seen: set[int] = set()
        waits = [(what, wanted)]
        while waits:
            owners = {lock.owner for lock in self._excluding(*waits.pop())} - seen
            if wanted.owner in owners:
                return True
            seen |= owners
            waits += [waited for waited in self._waiting.values() if waited[1].owner in owners]
        return False
