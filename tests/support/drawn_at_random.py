"""Edits with drawn masks at random, in images at random; a seed gives the same ones each time. Knows no darktable."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from tests.support.drawn_edits import (
    DIFFERENCE,
    EXCLUSION,
    INTERSECTION,
    INVERSE,
    MODULES,
    UNION,
    Sample,
    Shape,
    circle,
    ellipse,
    gradient,
    group,
)
from tests.support.drawn_samples import SHOWN, closed, stroke
from tests.support.drawn_scenes import Scene, flip, rawprepare
from tests.support.packets import Fields

_AT_ONCE = 3
_LEAST_SIDE, _LARGEST_SIDE = 120, 460  # pixels
_OPERATORS = (0, UNION, INTERSECTION, DIFFERENCE, EXCLUSION)
_TENSIONS = (0, 1 / 6, 0.3)  # of lines


def edits_at_random(seed: int, count: int) -> Iterator[tuple[Scene, list[Sample]]]:
    """Edits, each with up to three masks."""
    for number in range(count):
        some = random.Random(f"{seed} {number}")
        scene = _scene(some, f"{seed}.{number}")
        instances = 1 if scene.pipe else _AT_ONCE  # darktable's own orders know one instance of each module
        yield scene, [_sample(some, str(each)) for each in range(instances)]


def _scene(some: random.Random, label: str) -> Scene:
    size = some.randint(_LEAST_SIDE, _LARGEST_SIDE), some.randint(_LEAST_SIDE, _LARGEST_SIDE)
    kind = some.choice(("TIFF", "TIFF", "JPEG", "PNG", "DNG", "DNG"))
    turn: list[Fields] = [flip(some.randint(-1, 7))] if some.random() < 0.6 else []
    areas, borders = _areas(some, size) if kind == "DNG" else ({}, [])
    return Scene(
        f"{label} {kind} {size[0]}x{size[1]}",
        size,
        max(size) if some.random() < 0.5 else some.randint(80, max(size)),
        kind=kind,
        orientation=some.randint(1, 8),
        areas=areas,
        steps=[*borders, *turn],
        module=some.choice(list(MODULES)),
        pipe=some.choice((0, 0, 0, 1, 2, 3)),
    )


def _areas(some: random.Random, size: tuple[int, int]) -> tuple[dict[str, Sequence[int]], list[Fields]]:
    """Of a sensor: its borders, in the file or in the edit."""
    left, top, right, bottom = (some.randint(0, 20) for _ in range(4))
    if some.random() < 0.3:
        return {}, [rawprepare(left, top, right, bottom)]
    origin = some.randint(0, 8), some.randint(0, 8)
    inside = size[0] - left - right - 2 * origin[0], size[1] - top - bottom - 2 * origin[1]
    return {"active": (top, left, size[1] - bottom, size[0] - right), "origin": origin, "size_of_crop": inside}, []


def _sample(some: random.Random, name: str) -> Sample:
    shape = _shape(some, 2)
    return Sample(kind := _kind(shape), name, shape, _blending(some, is_smooth=kind == "group"))


def _blending(some: random.Random, *, is_smooth: bool) -> Mapping[str, float]:
    """Contrast makes single pixels that are one step apart more so, so only smooth shapes have any."""
    found: dict[str, float] = {"combine": some.choice((0, 0, 1, 4, 5))}
    if some.random() < 0.5:
        found["opacity"] = some.uniform(5, 100)
    if some.random() < 0.3:
        found["blur"] = some.uniform(0.2, 30)
    if is_smooth and some.random() < 0.3:
        found |= {"contrast": some.uniform(-1, 0.7), "brightness": some.uniform(-1, 1)}
    return found


def _shape(some: random.Random, depth: int) -> Shape:
    kinds = [_circle, _ellipse, _gradient, _path, _stroke]
    if depth and some.random() < 0.5:
        return group(*(_member(some, depth, number) for number in range(some.randint(1, 4))))
    return some.choice(kinds)(some)


def _member(some: random.Random, depth: int, number: int) -> tuple[Shape, int, float]:
    """The first has no operator, as in darktable's window: 4.2.1 would combine it with what is left in the memory."""
    operator = some.choice(_OPERATORS) if number else 0
    return _shape(some, depth - 1), SHOWN | operator | some.choice((0, INVERSE)), some.uniform(0.2, 1)


def _place(some: random.Random) -> tuple[float, float]:
    return some.uniform(-0.1, 1.1), some.uniform(-0.1, 1.1)


def _circle(some: random.Random) -> Shape:
    return circle(_place(some), some.uniform(0.005, 0.5), some.uniform(0.0005, 0.5))


def _ellipse(some: random.Random) -> Shape:
    flags = some.randint(0, 1)
    border = some.uniform(0.05, 2) if flags else some.uniform(0.0005, 0.5)
    radii = some.uniform(0.01, 0.5), some.uniform(0.01, 0.5)
    return ellipse(_place(some), radii, some.uniform(-180, 360), border, flags=flags)


def _gradient(some: random.Random) -> Shape:
    state, curvature = some.randint(1, 2), some.choice((0.0, some.uniform(-2, 2)))
    return gradient(_place(some), some.uniform(-180, 180), some.uniform(0, 1), curvature=curvature, state=state)


def _path(some: random.Random) -> Shape:
    count, tension = some.randint(3, 9), some.choice(_TENSIONS)
    borders = [some.uniform(0.0005, 0.2) for _ in range(count)]
    return closed([_place(some) for _ in range(count)], *borders, tension=tension)


def _stroke(some: random.Random) -> Shape:
    count, tension = some.randint(2, 12), some.choice(_TENSIONS[1:])
    borders, densities, hardnesses = (
        [some.uniform(*span) for _ in range(count)] for span in ((0.005, 0.15), (0.05, 1), (0.0005, 1))
    )
    return stroke([_place(some) for _ in range(count)], borders, densities, hardnesses, tension=tension)


def _kind(shape: Shape) -> str:
    """That of its least exact part."""
    types = set(_types(shape))
    return "mixed" if {2, 64} <= types else "brush" if 64 in types else "path" if 2 in types else "group"


def _types(shape: Shape) -> Iterator[int]:
    yield shape.type
    for member, _, _ in shape.members:
        yield from _types(member)
