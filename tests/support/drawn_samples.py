"""The drawn masks that are compared with darktable's: every shape, operator and option. Knows no darktable."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence

from tests.support.drawn_edits import (
    DIFFERENCE,
    EXCLUSION,
    INTERSECTION,
    INVERSE,
    SHOW,
    UNION,
    USE,
    Point,
    Sample,
    Shape,
    brush,
    circle,
    ellipse,
    gradient,
    group,
    path,
    smooth,
)

SHOWN = USE | SHOW
ROUND, TILTED, SLOPE = (
    circle((0.4, 0.5), 0.2, 0.1),
    ellipse((0.6, 0.5), (0.2, 0.3), 30, 0.1),
    gradient((0.4, 0.5), 20, 0.3),
)
TRIANGLE, WAVE = ((0.3, 0.3), (0.7, 0.35), (0.5, 0.75)), ((0.2, 0.3), (0.4, 0.7), (0.6, 0.3), (0.8, 0.7))
_EIGHT = ((0.3, 0.3), (0.7, 0.7), (0.7, 0.3), (0.3, 0.7))
_AROUND = ((-0.1, 0.3), (0.4, -0.2), (1.2, 0.6), (0.5, 1.1))
_STAR = [
    (0.503 + r * 0.3 * math.cos(a * math.pi / 5), 0.498 + r * 0.4 * math.sin(a * math.pi / 5))
    for a, r in enumerate([1, 0.4] * 5)
]
_OPERATORS = {"none": 0, "union": UNION, "intersection": INTERSECTION, "difference": DIFFERENCE, "exclusion": EXCLUSION}
_OPTIONS: Mapping[str, Mapping[str, float]] = {
    "opacity": {"opacity": 40},
    "shapes inverted": {"combine": 4},
    "inverted": {"combine": 1, "opacity": 70},
    "inverted twice": {"combine": 5, "opacity": 70},
    "slight blur": {"blur": 0.5},
    "blur": {"blur": 5},
    "wide blur": {"blur": 40, "opacity": 70},
    "contrast": {"contrast": 0.5, "opacity": 70},
    "less contrast": {"contrast": -0.5},
    "brighter": {"brightness": 0.3, "opacity": 70},
    "darker": {"brightness": -0.4, "contrast": 0.2},
    "brightest": {"brightness": 1},
    "darkest": {"brightness": -1},
    "blur and contrast": {"blur": 3, "contrast": 0.4, "brightness": 0.1},
    "parametric without a channel": {"mode": 7},
    "parametric that cancels": {"mode": 7, "blendif": 0x200000},
    "parametric that cancels, inverted": {"mode": 7, "blendif": 0x200000, "combine": 1, "opacity": 60},
}


SHARP = brush(  # its border jumps in the middle of a segment, and it changes at the node that follows
    ((1.048, 0.907), (1.371, 1.106), (0.725, 0.708), (0.134, 0.134), (0.459, 0.238)),
    ((-0.028, 0.244), (0.021, 0.275), (-0.078, 0.213), (0.084, 0.084), (0.778, 0.244)),
    ((0.882, 0.803), (0.874, 0.827), (0.89, 0.778), (0.06, 0.06), (0.733, 0.788)),
    ((-0.002, 0.162), (0.024, 0.134), (-0.029, 0.189), (0.053, 0.053), (0.939, 0.22)),
    ((0.794, 0.895), (0.555, 0.675), (1.033, 1.116), (0.087, 0.087), (0.802, 0.509)),
)


def samples() -> list[Sample]:
    """All of them."""
    return [*_circles(), *_ellipses(), *_gradients(), *_groups(), *_options(), *_paths(), *_brushes(), *_mixed()]


def _circles() -> Iterator[Sample]:
    yield Sample("circle", "plain", ROUND)
    yield Sample("circle", "in a corner", circle((0.05, 0.1), 0.3, 0.4))
    yield Sample("circle", "small", circle((0.5, 0.5), 0.01, 0.02))
    yield Sample("circle", "outside", circle((-0.2, 1.1), 0.4, 0.2))
    yield Sample("circle", "of a clone", circle((0.4, 0.5), 0.2, 0.1, kind=9))


def _ellipses() -> Iterator[Sample]:
    yield Sample("ellipse", "equidistant", TILTED)
    yield Sample("ellipse", "proportional", ellipse((0.5, 0.4), (0.1, 0.3), -70, 0.5, flags=1))
    yield Sample("ellipse", "thin", ellipse((0.5, 0.4), (0.02, 0.5), 45, 0.05))
    yield Sample("ellipse", "thin, proportional", ellipse((0.3, 0.6), (0.4, 0.03), 120, 1.5, flags=1))
    yield Sample("ellipse", "round", ellipse((0.5, 0.5), (0.2, 0.2), 10, 0.2))


def _gradients() -> Iterator[Sample]:
    for name, state in (("linear", 1), ("sigmoidal", 2)):
        yield Sample("gradient", name, gradient((0.4, 0.5), -100, 0.2, curvature=0, state=state))
        yield Sample("gradient", f"{name}, curved", gradient((0.4, 0.6), 160, 0.1, curvature=0.8, state=state))
        yield Sample(
            "gradient", f"{name}, curved the other way", gradient((0.7, 0.3), 0, 0.5, curvature=-1.3, state=state)
        )
        yield Sample("gradient", f"{name}, sharp", gradient((0.4, 0.6), 33, 0, curvature=0, state=state))
        yield Sample("gradient", f"{name}, wide", gradient((0.2, 0.9), 75, 1, curvature=0.2, state=state))


def _groups() -> Iterator[Sample]:
    below, above = list(_OPERATORS.items()), [*list(_OPERATORS.items())[1:], ("none", 0)]
    for (name, bit), (next_name, next_bit) in zip(below, above, strict=True):
        for inverse in (0, INVERSE):
            members = (ROUND, SHOWN, 0.8), (TILTED, SHOWN | bit | inverse, 0.7), (SLOPE, SHOWN | next_bit, 0.5)
            words = f"{name}, {next_name}{', inverse' if inverse else ''}"
            yield Sample("group", words, group(*members))
    inner = group((ROUND, SHOWN, 1.0), (TILTED, SHOWN | EXCLUSION, 1.0))
    deeper = group((inner, SHOWN, 0.9), (circle((0.2, 0.2), 0.1, 0.3), SHOWN | UNION, 1.0))
    yield Sample("group", "nested", group((SLOPE, SHOWN | UNION, 1.0), (inner, SHOWN | DIFFERENCE | INVERSE, 0.6)))
    yield Sample("group", "nested twice", group((SLOPE, SHOWN, 1.0), (deeper, SHOWN | INTERSECTION, 0.8)))
    yield Sample("group", "intersection first", group((ROUND, SHOWN | INTERSECTION, 1.0), (TILTED, SHOWN | UNION, 1.0)))
    yield Sample("group", "two operators", group((ROUND, SHOWN, 1.0), (TILTED, SHOWN | UNION | DIFFERENCE, 1.0)))
    yield Sample("group", "empty", group())


def _options() -> Iterator[Sample]:
    for name, blending in _OPTIONS.items():
        yield Sample("options", name, SLOPE if "contrast" in blending or "brightness" in blending else ROUND, blending)
    far, dark = gradient((0.507, -0.344), -37.8, 0.645, curvature=1.08), {"contrast": -0.9, "brightness": -0.6}
    yield Sample("options", "darker, of a gradient beyond 1", far, {**dark, "combine": 4, "opacity": 50})
    yield Sample("options", "blur of a group", group((SLOPE, SHOWN, 1.0), (ROUND, SHOWN | EXCLUSION, 1.0)), {"blur": 8})


def _paths() -> Iterator[Sample]:
    yield Sample("path", "smooth", closed(TRIANGLE, 0.05))
    yield Sample("path", "the other way round", closed(TRIANGLE[::-1], 0.05))
    yield Sample("path", "sharp corners", closed(TRIANGLE, 0.06, tension=0))
    yield Sample("path", "star", closed(_STAR, 0.03))
    yield Sample("path", "star with a wide border", closed(_STAR, 0.1))
    yield Sample("path", "star with sharp corners", closed(_STAR, 0.08, tension=0))
    yield Sample("path", "crossing itself", closed(_EIGHT, 0.05))
    yield Sample("path", "no border", closed(TRIANGLE, 0))
    yield Sample("path", "a border that grows", closed(_STAR, *(0.02 + 0.01 * number for number in range(10))))
    yield Sample("path", "larger than the frame", closed(_AROUND, 0.1))
    yield Sample("path", "of a clone", closed(TRIANGLE, 0.05, kind=10))
    some = random.Random(3)
    for number in range(10):
        corners = [(some.random(), some.random()) for _ in range(some.randint(3, 7))]
        shape = closed(corners, some.uniform(0.01, 0.15), tension=some.choice((1 / 6, 0.3, 0)))
        yield Sample("path", f"at random {number}", shape)
    for number in range(10):
        corners = [(some.uniform(-0.1, 1.1), some.uniform(-0.1, 1.1)) for _ in range(some.randint(6, 11))]
        borders = [some.uniform(0.0005, 0.25) for _ in corners]
        yield Sample("path", f"tangled {number}", closed(corners, *borders, tension=some.choice((1 / 6, 0.3, 0))))


def _brushes() -> Iterator[Sample]:
    yield Sample("brush", "even", stroke(WAVE, [0.05] * 4, [1] * 4, [0.5] * 4))
    yield Sample("brush", "hard", stroke(WAVE, [0.05] * 4, [1] * 4, [1] * 4))
    yield Sample("brush", "soft", stroke(WAVE, [0.08] * 4, [1] * 4, [0.0005] * 4))
    yield Sample("brush", "light", stroke(WAVE, [0.08] * 4, [0.4] * 4, [0.3] * 4))
    yield Sample("brush", "ever softer", stroke(WAVE, [0.08] * 4, [1] * 4, [0.9, 0.65, 0.4, 0.15]))
    yield Sample("brush", "hard after the first node", stroke(WAVE, [0.08] * 4, [1] * 4, [0.1, 0.9, 0.9, 0.9]))
    yield Sample("brush", "ever denser", stroke(WAVE, [0.08] * 4, [0.2, 0.45, 0.7, 0.95], [0.4] * 4))
    yield Sample("brush", "ever wider", stroke(WAVE, [0.03, 0.06, 0.09, 0.12], [1] * 4, [0.5] * 4))
    yield Sample("brush", "two nodes", stroke(WAVE[::3], [0.1] * 2, [1] * 2, [0.5] * 2))
    yield Sample(
        "brush", "out of the frame", stroke(((-0.1, 0.5), (0.5, 0.1), (1.1, 0.9)), [0.1] * 3, [1] * 3, [0.5] * 3)
    )
    yield Sample("brush", "turning sharply", SHARP)
    some = random.Random(5)
    for number in range(10):
        count, tension = some.randint(2, 8), some.choice((1 / 6, 0.3))
        corners = [(some.random(), some.random()) for _ in range(count)]
        densities, hardnesses = ([some.random() for _ in range(count)] for _ in range(2))
        borders = [some.uniform(0.01, 0.1) for _ in range(count)]
        yield Sample("brush", f"at random {number}", stroke(corners, borders, densities, hardnesses, tension=tension))


def _mixed() -> Iterator[Sample]:
    line, area = stroke(WAVE, [0.05] * 4, [0.8] * 4, [0.5] * 4), closed(TRIANGLE, 0.05)
    for name, bit in _OPERATORS.items():
        members = (SLOPE, SHOWN, 0.9), (area, SHOWN | bit, 0.7), (line, SHOWN | bit | INVERSE, 0.6)
        yield Sample("mixed", name, group(*members))
    yield Sample("mixed", "blurred", group((area, SHOWN, 1.0), (line, SHOWN | UNION, 1.0)), {"blur": 4})


def closed(corners: Sequence[Point], *borders: float, tension: float = 1 / 6, kind: int = 2) -> Shape:
    """A path with one border for all corners, or one for each."""
    each = borders if len(borders) > 1 else borders * len(corners)
    points = zip(smooth(corners, closed=True, tension=tension), each, strict=True)
    return path(*((*node, (border, border)) for node, border in points), kind=kind)


def stroke(
    corners: Sequence[Point],
    borders: Sequence[float],
    densities: Sequence[float],
    hardnesses: Sequence[float],
    *,
    tension: float = 1 / 6,
) -> Shape:
    """A stroke of a brush."""
    points = zip(smooth(corners, closed=False, tension=tension), borders, densities, hardnesses, strict=True)
    return brush(*((*node, (border, border), (density, hardness)) for node, border, density, hardness in points))
