"""The drawn masks that are compared with darktable's: every shape, operator and option. Knows no darktable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.support.drawn_edits import (
    DIFFERENCE,
    EXCLUSION,
    INTERSECTION,
    INVERSE,
    SHOW,
    UNION,
    USE,
    Sample,
    circle,
    ellipse,
    gradient,
    group,
)

SHOWN = USE | SHOW
ROUND, TILTED, SLOPE = (
    circle((0.4, 0.5), 0.2, 0.1),
    ellipse((0.6, 0.5), (0.2, 0.3), 30, 0.1),
    gradient((0.4, 0.5), 20, 0.3),
)
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


def samples() -> list[Sample]:
    """All of them."""
    return [*_circles(), *_ellipses(), *_gradients(), *_groups(), *_options()]


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
    yield Sample("options", "blur of a group", group((SLOPE, SHOWN, 1.0), (ROUND, SHOWN | EXCLUSION, 1.0)), {"blur": 8})
