"""The status of one image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chemigram_core.digest import Digest
from chemigram_core.errors import ChemigramError
from chemigram_core.names import BranchName, TagName
from chemigram_core.refs.head import Head, OnBranch
from chemigram_core.repository import Repository
from chemigram_core.status.attention import Attention, Kind
from chemigram_core.status.checks import CHECKS
from chemigram_core.status.facts import Facts


@dataclass(slots=True)
class ImageStatus:
    """HEAD, its state, the time of the last save (ISO 8601, UTC), the branches, the tags, and what needs
    attention; the number of snapshots that are not in the log, if they were counted. Unreadable parts have no value.
    """

    head: Head | None = None
    state: Digest | None = None
    saved: str | None = None
    branches: list[BranchName] = field(default_factory=list)
    tags: list[TagName] = field(default_factory=list)
    attention: list[Attention] = field(default_factory=list)
    unlogged: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The row for programs, under the log's keys; those without a value are left out."""
        head = self.head.branch.ref if isinstance(self.head, OnBranch) else self.head and self.head.digest
        known = {"head": head, "hash": self.state, "timestamp": self.saved}
        lists = {"branches": self.branches, "tags": self.tags}
        counts = {} if self.unlogged is None else {"unlogged": self.unlogged}
        return {key: value for key, value in known.items() if value} | lists | counts


def image_status(root: Path, *, counts_unlogged: bool = False) -> ImageStatus:
    """The status of the repository at `root`; problems are in the result.

    Opens a number of files that depends only on the number of branches, and parses no XMP. To count what is
    unlogged, all folders of the store are listed.
    """
    status, found = ImageStatus(), _Findings()
    with found:
        facts = Facts(Repository(root))
        for name, read in _FIELDS.items():
            with found:
                setattr(status, name, read(facts))
        for check in CHECKS:
            with found:
                found.add(check(facts))
        with found:
            status.unlogged = _unlogged(facts.repository) if counts_unlogged else None
    status.attention = found.in_order()
    return status


def damage(error: ChemigramError | OSError) -> Attention:
    """The problem of a repository, or a folder of a library, that can't be read."""
    kind = Kind.UNREADABLE if isinstance(error, PermissionError) else Kind.DAMAGED
    return Attention(kind, str(error))


def _unlogged(repository: Repository) -> int:
    return sum(not repository.history.is_known(digest) for digest in repository.objects.snapshots())


_FIELDS: Mapping[str, Callable[[Facts], object]] = {
    "head": lambda facts: facts.head,
    "state": lambda facts: facts.state,
    "saved": lambda facts: facts.last_save and facts.last_save.timestamp,
    "branches": lambda facts: list(facts.tips),
    "tags": lambda facts: facts.tags,
}


_ORDER = {kind: place for place, kind in enumerate(Kind)}


class _Findings:
    """The problems, each once: several checks may find the same damage. As a context, it takes errors."""

    def __init__(self) -> None:
        self._found: dict[tuple[Kind, str], Attention] = {}

    def add(self, found: Iterable[Attention]) -> None:
        for one in found:
            self._found.setdefault((one.kind, one.says), one)

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if isinstance(error, ChemigramError | OSError):
            self.add([damage(error)])
            return True
        return False

    def in_order(self) -> list[Attention]:
        return sorted(self._found.values(), key=lambda one: _ORDER[one.kind])
