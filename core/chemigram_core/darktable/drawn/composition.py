"""A mask's shapes with the groups resolved, in the order of combination. Knows no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from chemigram_core.darktable.drawn.effort import MOST_EFFORT, effort
from chemigram_core.darktable.drawn.figures import (
    Brush,
    Circle,
    Ellipse,
    Figure,
    Gradient,
    Group,
    NotComputable,
    Path,
    figure_of,
)
from chemigram_core.darktable.shapes import Shapes

_DEEPEST = 50  # groups in groups: each level takes some of Python's stack
_MOST_SHAPES = 1000  # a chain of groups that share members could double with each of them


@dataclass(frozen=True, slots=True)
class Part:
    """One shape, or group, with its operator and whether it is inverted (bits), and its opacity, 0 to 1."""

    content: Composition
    state: int
    opacity: float


@dataclass(frozen=True, slots=True)
class Parts:
    """The members of a group, in the order in which they are combined."""

    parts: tuple[Part, ...]


Composition: TypeAlias = Circle | Ellipse | Gradient | Path | Brush | Parts


def composition_of(shapes: Shapes, number: int) -> Composition | None:
    """The shape or group with this id, or None. Raises NotComputable."""
    return _Resolver(shapes).resolve(number, frozenset())


class _Resolver:
    def __init__(self, shapes: Shapes) -> None:
        self._shapes, self._count, self._effort = shapes, 0, 0.0

    def resolve(self, number: int, above: frozenset[int]) -> Composition | None:
        self._count += 1
        if number in above or len(above) > _DEEPEST or self._count > _MOST_SHAPES:
            raise NotComputable("its groups are nested in a cycle, or too deeply")
        if number not in self._shapes:
            return None
        figure: Figure = figure_of(self._shapes[number])
        self._effort += effort(figure)
        if self._effort > MOST_EFFORT:
            raise NotComputable("its lines are too long, or their borders too wide, for a picture in reasonable time")
        return self._parts(figure, above | {number}) if isinstance(figure, Group) else figure

    def _parts(self, group: Group, above: frozenset[int]) -> Parts:
        """Members that are missing are skipped, as darktable does."""
        found = ((self.resolve(member.id, above), member) for member in group.members)
        return Parts(tuple(Part(content, member.state, member.opacity) for content, member in found if content))
