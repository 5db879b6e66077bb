"""What a repository acknowledged, and whether all of it is there. Knows no mounts.

A user of a repository notes here every change that succeeded; a change that was under way when the answer failed to
come may have happened or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile
from pathlib import Path
from threading import Lock

from chemigram_core import fsck, sidecar
from chemigram_core.digest import Digest
from chemigram_core.errors import ChemigramError
from chemigram_core.fsck import Problem
from chemigram_core.names import BranchName, RefName, TagName
from chemigram_core.repository import Repository
from chemigram_core.roll import pending
from chemigram_core.roll_file import read_numbers

MAIN = BranchName("main")
# An interrupted command; temporaries of a killed writer, and its snapshot.
_NO_HARM = frozenset((Problem.LEFTOVER, Problem.REF_MISSING, Problem.UNLOGGED))


class Acknowledged:
    """The saves on main and the refs that were acknowledged. Safe for many threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = Lock()
        self._edits: set[Digest] = set()
        self._masks: set[Digest] = set()
        self._refs: dict[RefName, bool] = {}
        self._duplicates: dict[int, Digest] = {}
        self._without_masks: dict[Digest, Digest] = {}
        self.saves = 0

    def saved(self, data: bytes) -> None:
        """An XMP was saved on main."""
        with self._lock:
            self._edits.add(sidecar.parse(data).with_masks({}).digest)
            self.saves += 1

    def saved_mask(self, data: bytes) -> None:
        """A mask was saved on main."""
        with self._lock:
            self._masks.add(Digest.of(data))
            self.saves += 1

    def duplicated(self, number: int, data: bytes) -> None:
        """A duplicate was written in the roll: a first state, which may still wait."""
        with self._lock:
            self._duplicates[number] = sidecar.parse(data).edit_digest
            self.saves += 1

    def under_way(self, *names: RefName) -> None:
        """A change of these refs begins: they may be there or not."""
        with self._lock:
            for name in names:
                self._refs.pop(name, None)

    def made(self, name: RefName) -> None:
        """A branch or tag was made."""
        with self._lock:
            self._refs[name] = True

    def removed(self, name: RefName) -> None:
        """A branch or tag was removed."""
        with self._lock:
            self._refs[name] = False

    def violations(self) -> Iterator[str]:
        """What is lost or invalid."""
        for finding in fsck.check(self._root):
            if finding.problem not in _NO_HARM:
                yield f"{finding.problem.value} {finding.path}: {finding.says}"
        try:
            yield from self._lost(Repository(self._root))
        except (ChemigramError, OSError) as error:
            yield f"the repository can't be used: {error}"

    def _lost(self, repository: Repository) -> Iterator[str]:
        tip = repository.refs.read(MAIN)
        reached = set() if tip is None else _past(repository, tip)
        kept = {self._edit(repository, digest) for digest in reached}
        masks = {mask for digest in reached for mask in repository.state(digest).masks.values()}
        yield from (f"save {edit} is lost" for edit in self._edits - kept)
        yield from (f"mask {mask} is lost" for mask in self._masks - masks)
        numbers, waiting = read_numbers(self._root), pending.times_ns(self._root)
        for number, edit in self._duplicates.items():
            if number in waiting:
                found: Digest | None = sidecar.parse(pending.read(self._root, number)).edit_digest
            else:
                first = repository.refs.read(numbers[number].branch) if number in numbers else None
                found = first and repository.states.edit(first)
            if found != edit:
                yield f"duplicate {number} is lost"
        for name, there in self._refs.items():
            if (repository.refs.read(name) is not None) is not there:
                yield f"{name.ref} should {'' if there else 'not '}be there"

    def _edit(self, repository: Repository, digest: Digest) -> Digest:
        if digest not in self._without_masks:
            self._without_masks[digest] = repository.states.document(digest).with_masks({}).digest
        return self._without_masks[digest]


def _past(repository: Repository, tip: Digest) -> set[Digest]:
    """The former tips of main, and their ancestors, according to the log."""
    found: set[Digest] = set()
    stood = [moment.digest for moment in repository.history.moments(MAIN.ref)]
    pending = [tip, *dropwhile(lambda digest: digest != tip, reversed(stood))]
    while pending:
        if (digest := pending.pop()) not in found:
            found.add(digest)
            pending += filter(None, (repository.history.parent(digest),))
    return found


def branch(name: str) -> BranchName:
    """The branch of that name."""
    return BranchName(name)


def tag(name: str) -> TagName:
    """The tag of that name."""
    return TagName(name)
