"""The drawn shapes that darktable stores, as numbers. Knows no pixels.

Coordinates are shares of the frame's width and height, lengths shares of its shorter side, angles degrees.
Source: the structures in darktable's src/develop/masks.h, and dt_masks_legacy_params in src/develop/masks/masks.c.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from chemigram_core.darktable import Form
from chemigram_core.darktable.entries import number_of
from chemigram_core.darktable.properties import MASK_NB, MASK_VERSION

_CIRCLE, _PATH, _GROUP, _GRADIENT, _ELLIPSE, _BRUSH = 1, 2, 4, 16, 32, 64  # bits of mask_type
_FIRST_IN_THE_FRAME = 3  # older versions have coordinates in a turned and cropped picture
_LAST = 6
_COMPUTED_LATER = -1.0  # as a control point: darktable's window computes it, and only the window
_LARGEST = 1000.0  # of shares and degrees
_FARTHEST = 4.0  # of a line's shares: each pixel of it costs time
_FEWEST_NODES, _MOST_NODES = 2, 2000


class NotComputable(ValueError):
    """A shape that can't be computed from the stored values; the message is the reason, as a clause."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Opaque within `radius` of the center, then less and less over the width of the border."""

    center: tuple[float, float]
    radius: float
    border: float


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Opaque within both radii; `outer` are those at which nothing of it is left."""

    center: tuple[float, float]
    radius: tuple[float, float]
    outer: tuple[float, float]
    rotation: float


@dataclass(frozen=True, slots=True)
class Gradient:
    """Half opaque along a line or parabola through the anchor; `compression` is the width of the transition."""

    anchor: tuple[float, float]
    rotation: float
    compression: float
    curvature: float
    is_sigmoidal: bool


@dataclass(frozen=True, slots=True)
class Node:
    """One point of a path or a stroke, with its control points towards the node before and the one after.

    `borders` are the lengths of the border on arriving and on leaving. Only strokes have a density and hardness.
    """

    corner: tuple[float, float]
    before: tuple[float, float]
    after: tuple[float, float]
    borders: tuple[float, float]
    density: float = 1.0
    hardness: float = 0.0


@dataclass(frozen=True, slots=True)
class Path:
    """A closed line, opaque inside."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Brush:
    """A stroke."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A shape in a group: its id, how it is combined with those before it (bits), and its opacity, 0 to 1."""

    id: int
    state: int
    opacity: float


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that are combined in order."""

    members: tuple[Member, ...]


Figure: TypeAlias = Circle | Ellipse | Gradient | Path | Brush | Group


def figure_of(form: Form) -> Figure:
    """The shape in a row. Raises NotComputable."""
    version = number_of(form.fields, MASK_VERSION) or 0
    if not _FIRST_IN_THE_FRAME <= version <= _LAST:
        raise NotComputable(f"{form.name or 'a shape'} is stored in version {version} of darktable's masks")
    kind = next((kind for bit, kind in _KINDS.items() if (form.type or 0) & bit), None)
    rows = _rows(form)
    if kind is None or any(len(row) < kind.bytes[version] for row in rows):
        raise NotComputable(f"{form.name or 'a shape'} is stored in an unknown form")
    return kind.read(rows)


def _rows(form: Form) -> list[bytes]:
    """The structures of the points, all of one size."""
    data, count = form.points.data or b"", number_of(form.fields, MASK_NB) or 0
    stride = len(data) // count if count > 0 else 0
    if count and not stride:
        return [b""]
    return [data[at : at + stride] for at in range(0, stride * count, stride or 1)]


def _only(rows: list[bytes]) -> bytes:
    if len(rows) != 1:
        raise NotComputable(f"a shape of one structure is stored in {len(rows)}")
    return rows[0]


def _plausible(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """The numbers. Raises NotComputable where they are beyond all that darktable stores."""
    if not all(abs(number) <= _LARGEST for number in numbers):  # not a number is not below it either
        raise NotComputable("a shape has numbers that are out of range")
    return numbers


def _circle(rows: list[bytes]) -> Circle:
    x, y, radius, border = _plausible(struct.unpack_from("<4f", _only(rows)))
    return Circle((x, y), radius, border)


def _ellipse(rows: list[bytes]) -> Ellipse:
    row = _only(rows)
    x, y, a, b, rotation, border = _plausible(struct.unpack_from("<6f", row))
    is_proportional = len(row) >= 28 and struct.unpack_from("<i", row, 24)[0] & 1
    outer = (a * (1 + border), b * (1 + border)) if is_proportional else (a + border, b + border)
    return Ellipse((x, y), (a, b), outer, rotation)


def _gradient(rows: list[bytes]) -> Gradient:
    row = _only(rows)
    x, y, rotation, compression, _steepness = _plausible(struct.unpack_from("<5f", row))
    curvature = _plausible(struct.unpack_from("<f", row, 20))[0] if len(row) >= 24 else 0.0
    state = struct.unpack_from("<i", row, 24)[0] if len(row) >= 28 else 1
    return Gradient((x, y), rotation, compression, curvature, is_sigmoidal=state == 2)


def _path(rows: list[bytes]) -> Path:
    return Path(_nodes(rows, "<8f"))


def _nodes(rows: list[bytes], layout: str) -> tuple[Node, ...]:
    if not _FEWEST_NODES <= len(rows) <= _MOST_NODES:
        raise NotComputable(f"a line has {len(rows)} nodes")
    return tuple(_node(_plausible(struct.unpack_from(layout, row))) for row in rows)


def _brush(rows: list[bytes]) -> Brush:
    nodes = _nodes(rows, "<10f")
    if any(node.corner in (node.before, node.after) for node in nodes):  # what darktable finds there is rounding noise
        raise NotComputable("a stroke has a node without a direction")
    return Brush(nodes)


def _node(numbers: tuple[float, ...]) -> Node:
    x, y, before_x, before_y, after_x, after_y, arriving, leaving, *stroke = numbers
    if max(map(abs, numbers)) > _FARTHEST:
        raise NotComputable("a line has numbers that are out of range")
    if _COMPUTED_LATER in (before_x, before_y, after_x, after_y):
        raise NotComputable("a line has a node whose control points darktable had not computed yet")
    return Node((x, y), (before_x, before_y), (after_x, after_y), (arriving, leaving), *stroke)


def _group(rows: list[bytes]) -> Group:
    structures = [struct.unpack_from("<iiif", row) for row in rows if row]
    return Group(tuple(Member(number, state, opacity) for number, _parent, state, opacity in structures))


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a shape is read, and how many bytes each of its structures has at least, by version."""

    read: Callable[[list[bytes]], Figure]
    bytes: Mapping[int, int]


def _same(size: int) -> Mapping[int, int]:
    return MappingProxyType(dict.fromkeys(range(_FIRST_IN_THE_FRAME, _LAST + 1), size))


_KINDS: Mapping[int, _Kind] = MappingProxyType(
    {
        _GROUP: _Kind(_group, _same(16)),
        _CIRCLE: _Kind(_circle, _same(16)),
        _PATH: _Kind(_path, _same(36)),
        _GRADIENT: _Kind(_gradient, MappingProxyType({3: 20, 4: 20, 5: 24, 6: 28})),
        _ELLIPSE: _Kind(_ellipse, MappingProxyType({3: 24, 4: 28, 5: 28, 6: 28})),
        _BRUSH: _Kind(_brush, _same(44)),
    }
)
