"""Problems that a watch has reported: each is reported once, until the file that it is about is fine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from chemfs.watch.notifications import Parts
from chemigram_core.shoot.problem import Kind, Problem
from chemigram_core.shoot.scan import ShootFolder

_PASSING = frozenset((Kind.UNREADABLE, Kind.NOT_SAVED))  # they may end without an event


class KnownProblems:
    """What was reported."""

    def __init__(self) -> None:
        self._known: dict[str, Problem] = {}

    def new(
        self, problems: Sequence[Problem], folders: Sequence[ShootFolder], undecided: Collection[str]
    ) -> list[Problem]:
        """The problems that are news, after a look at all that is in `folders` but the paths that are undecided."""
        found = {problem.path: problem for problem in problems}
        news = [problem for path, problem in found.items() if self._known.get(path) != problem]
        for path in _files(folders):
            if path not in undecided:
                self._known.pop(path, None)
        self._known |= found
        return news


def to_retry(problems: Sequence[Problem], folders: Sequence[ShootFolder]) -> Iterator[tuple[Parts, str]]:
    """The images to look at again although nothing happens to them, each with its folder."""
    names = {problem.path.rpartition("/")[2] for problem in problems if problem.kind in _PASSING}
    for folder in folders if names else ():
        for each in folder.images:
            if each.image in names or not names.isdisjoint(each.sidecars.values()):
                yield folder.parts, each.image


def _files(folders: Sequence[ShootFolder]) -> Iterator[str]:
    for folder in folders:
        for each in folder.images:
            yield from (str(folder.path / name) for name in (each.image, *each.sidecars.values()))
