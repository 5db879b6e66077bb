"""The parameters of modules that crop, turn and straighten. Knows no history."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.darktable.settings import Choice, Layout, Number

_ORIENTATIONS = {
    -1: "automatic",
    0: "as taken",
    1: "flipped vertically",
    2: "flipped horizontally",
    3: "turned by 180°",
    4: "mirrored at the diagonal",
    5: "turned by 90° clockwise",
    6: "turned by 90° counterclockwise",
    7: "mirrored at the other diagonal",
}
_CROP = (
    Number(0, "left", "%", 2, 100),
    Number(4, "top", "%", 2, 100),
    Number(8, "right", "%", 2, -100, 100),
    Number(12, "bottom", "%", 2, -100, 100),
)
_PERSPECTIVE = (
    Number(0, "rotation", "°"),
    Number(4, "lens shift (vertical)", digits=3),
    Number(8, "lens shift (horizontal)", digits=3),
    Number(12, "shear", digits=3),
)

LAYOUTS: Mapping[tuple[str, int], Layout] = MappingProxyType(
    {
        ("ashift", 4): Layout(60, _PERSPECTIVE),
        ("ashift", 5): Layout(892, _PERSPECTIVE),
        ("clipping", 5): Layout(84, (Number(0, "angle", "°"),)),
        ("crop", 1): Layout(24, _CROP),
        ("crop", 2): Layout(28, _CROP),
        ("crop", 3): Layout(24, _CROP),
        ("flip", 2): Layout(4, (Choice(0, "orientation", _ORIENTATIONS),)),
    }
)
