"""Locks by place: which locks conflict, what frees them, and requests that wait without a thread."""

from __future__ import annotations

import errno
from fcntl import F_RDLCK, F_UNLCK, F_WRLCK

import pytest

from chemfs.mount.locks import FileLock, Lockable, Locks

POSIX = Lockable(("branch", "image.xmp"), is_flock=False)
FLOCK = Lockable(("branch", "image.xmp"), is_flock=True)
END = (1 << 63) - 1


def lock(owner: int, kind: int = F_WRLCK, first: int = 0, last: int = END, handle: int = 0) -> FileLock:
    return FileLock(owner, first, last, kind, process=1000 + owner, handle=handle or owner)


class Answers:
    """The answers to requests that waited; the callers in `gone` no longer exist."""

    def __init__(self) -> None:
        self.given: list[tuple[int, int]] = []
        self.gone: set[int] = set()

    def answer(self, unique: int, number: int) -> bool:
        self.given.append((unique, number))
        return unique not in self.gone


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def locks(answers: Answers) -> Locks:
    return Locks(answers.answer)


def held(locks: Locks, what: Lockable, first: int = 0, last: int = END) -> tuple[int, int, int, int]:
    """The conflicting lock that another owner gets."""
    found = locks.in_the_way(what, lock(99, F_WRLCK, first, last))
    return found.first, found.last, found.kind, found.process


def test_two_writers_exclude_each_other(locks: Locks) -> None:
    locks.take(POSIX, lock(1))
    with pytest.raises(BlockingIOError):
        locks.take(POSIX, lock(2))
    locks.take(POSIX, lock(1, F_UNLCK))
    locks.take(POSIX, lock(2))


def test_readers_share(locks: Locks) -> None:
    for owner in (1, 2):
        locks.take(POSIX, lock(owner, F_RDLCK))
    with pytest.raises(BlockingIOError):
        locks.take(POSIX, lock(1, F_WRLCK))


def test_other_bytes_and_other_kinds_and_other_places_are_free(locks: Locks) -> None:
    locks.take(POSIX, lock(1, F_WRLCK, 0, 9))
    locks.take(POSIX, lock(2, F_WRLCK, 10, 19))
    locks.take(FLOCK, lock(3))
    locks.take(Lockable("elsewhere", is_flock=False), lock(4))


def test_getlk_reports_the_conflicting_lock(locks: Locks) -> None:
    assert held(locks, POSIX, 5, 6) == (5, 6, F_UNLCK, 1099)
    locks.take(POSIX, lock(1, F_WRLCK, 0, 9))
    assert held(locks, POSIX, 5, 6) == (0, 9, F_WRLCK, 1001)


def test_an_unlock_in_the_middle_leaves_both_ends(locks: Locks) -> None:
    locks.take(POSIX, lock(1, F_WRLCK, 0, 29))
    locks.take(POSIX, lock(1, F_UNLCK, 10, 19))
    assert held(locks, POSIX, 0, 15) == (0, 9, F_WRLCK, 1001)
    assert held(locks, POSIX, 10, 19)[2] == F_UNLCK
    assert held(locks, POSIX, 15, END) == (20, 29, F_WRLCK, 1001)


def test_an_owner_changes_a_part_of_its_lock(locks: Locks) -> None:
    locks.take(POSIX, lock(1, F_WRLCK, 0, 29))
    locks.take(POSIX, lock(1, F_RDLCK, 10, 19))
    locks.take(POSIX, lock(2, F_RDLCK, 10, 19))
    with pytest.raises(BlockingIOError):
        locks.take(POSIX, lock(2, F_RDLCK, 20, 20))


def test_any_close_frees_all_locks_of_its_process_on_the_file(locks: Locks) -> None:
    locks.take(POSIX, lock(1, handle=7))
    locks.take(FLOCK, lock(1, handle=7))
    locks.closed(POSIX.place, 1)
    locks.take(POSIX, lock(2))
    with pytest.raises(BlockingIOError):
        locks.take(FLOCK, lock(2))


def test_last_close_frees_only_the_locks_taken_through_it(locks: Locks) -> None:
    locks.take(POSIX, lock(1, first=0, last=9, handle=7))
    locks.take(POSIX, lock(1, first=10, last=19, handle=8))
    locks.take(FLOCK, lock(3, handle=7))
    locks.released(7)
    assert held(locks, POSIX) == (10, 19, F_WRLCK, 1001)
    assert held(locks, FLOCK)[2] == F_UNLCK
    locks.released(8)
    locks.released(8)
    assert locks.are_none


def test_late_release_keeps_newer_locks(locks: Locks) -> None:
    locks.take(POSIX, lock(1, handle=7))
    locks.closed(POSIX.place, 1)
    locks.take(POSIX, lock(1, handle=8))
    locks.released(7)
    assert held(locks, POSIX)[2] == F_WRLCK


def test_a_wait_ends_when_the_lock_is_free(locks: Locks, answers: Answers) -> None:
    assert locks.wait(POSIX, lock(1), 10)
    assert not locks.wait(POSIX, lock(2), 12)
    assert not locks.wait(POSIX, lock(3), 14)
    assert answers.given == []
    locks.take(POSIX, lock(1, F_UNLCK))
    assert answers.given == [(12, 0)]
    locks.closed(POSIX.place, 2)
    assert answers.given == [(12, 0), (14, 0)]
    locks.released(3)
    assert locks.are_none


def test_waiting_readers_get_the_lock_together(locks: Locks, answers: Answers) -> None:
    locks.take(POSIX, lock(1))
    for owner in (2, 3):
        locks.wait(POSIX, lock(owner, F_RDLCK), owner * 10)
    locks.released(1)
    assert answers.given == [(20, 0), (30, 0)]


def test_interrupted_request_stops_waiting(locks: Locks, answers: Answers) -> None:
    locks.take(POSIX, lock(1))
    locks.wait(POSIX, lock(2), 12)
    locks.interrupt(12)
    locks.interrupt(12)
    assert answers.given == [(12, errno.EINTR)]
    locks.released(1)
    assert locks.are_none


def test_an_interrupt_may_come_before_its_request(locks: Locks, answers: Answers) -> None:
    locks.take(POSIX, lock(1))
    locks.interrupt(12)
    with pytest.raises(InterruptedError):
        locks.wait(POSIX, lock(2), 12)
    locks.released(1)
    assert answers.given == []


def test_lock_granted_to_a_dead_caller_passes_to_the_next(locks: Locks, answers: Answers) -> None:
    locks.take(POSIX, lock(1))
    locks.wait(POSIX, lock(2), 12)
    locks.wait(POSIX, lock(3), 14)
    answers.gone.add(12)
    locks.released(1)
    assert answers.given == [(12, 0), (14, 0)]
    assert held(locks, POSIX)[3] == 1003


def test_circular_wait_is_a_deadlock(locks: Locks, answers: Answers) -> None:
    other = Lockable("other", is_flock=False)
    locks.take(POSIX, lock(1))
    locks.take(other, lock(2))
    assert not locks.wait(other, lock(1), 10)
    with pytest.raises(OSError) as refused:
        locks.wait(POSIX, lock(2), 12)
    assert refused.value.errno == errno.EDEADLK
    locks.closed(other.place, 2)
    assert answers.given == [(10, 0)]


def test_flock_conversion_releases_the_old_lock_first(locks: Locks, answers: Answers) -> None:
    for owner in (1, 2):
        locks.take(FLOCK, lock(owner, F_RDLCK))
    assert not locks.wait(FLOCK, lock(1, F_WRLCK), 10)
    assert locks.wait(FLOCK, lock(2, F_WRLCK), 12)
    locks.released(2)
    assert answers.given == [(10, 0)]
