"""The parameters of modules for sharpness, blur and effects. Knows no history."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.darktable.settings import Layout, Number, Whole

_DIFFUSE = (
    Whole(0, "iterations"),
    Number(4, "sharpness", "%", 1, 100),
    Whole(8, "radius span", "px"),
    Number(12, "edge sensitivity"),
    Number(16, "edge threshold"),
    Number(20, "1st order anisotropy"),
    Number(24, "2nd order anisotropy"),
    Number(28, "3rd order anisotropy"),
    Number(32, "4th order anisotropy"),
    Number(40, "1st order speed", "%", 1, 100),
    Number(44, "2nd order speed", "%", 1, 100),
    Number(48, "3rd order speed", "%", 1, 100),
    Number(52, "4th order speed", "%", 1, 100),
)

LAYOUTS: Mapping[tuple[str, int], Layout] = MappingProxyType(
    {
        ("bloom", 1): Layout(12, (Number(0, "size", "%"), Number(4, "threshold", "%"), Number(8, "strength", "%"))),
        ("diffuse", 1): Layout(56, _DIFFUSE),
        ("diffuse", 2): Layout(60, (*_DIFFUSE, Whole(56, "central radius", "px"))),
        ("graduatednd", 1): Layout(
            24,
            (
                Number(0, "density", "EV"),
                Number(4, "hardness", "%"),
                Number(8, "rotation", "°"),
                Number(16, "hue", "°", 1, 360),
                Number(20, "saturation", "%", 1, 100),
            ),
        ),
        ("grain", 2): Layout(16, (Number(8, "strength", "%"), Number(12, "mid-tones bias", "%"))),
        ("highpass", 1): Layout(8, (Number(0, "sharpness", "%"), Number(4, "contrast boost", "%"))),
        ("lowpass", 4): Layout(
            28, (Number(4, "radius"), Number(8, "contrast"), Number(12, "brightness"), Number(16, "saturation"))
        ),
        ("sharpen", 1): Layout(12, (Number(0, "radius"), Number(4, "amount", digits=3), Number(8, "threshold"))),
        ("soften", 1): Layout(
            16,
            (
                Number(0, "size", "%"),
                Number(4, "saturation", "%"),
                Number(8, "brightness", "EV"),
                Number(12, "mix", "%"),
            ),
        ),
        ("vignette", 4): Layout(
            44,
            (
                Number(0, "scale", "%"),
                Number(4, "fall-off strength", "%"),
                Number(8, "brightness", digits=3),
                Number(12, "saturation", digits=3),
                Number(16, "horizontal center", digits=3),
                Number(20, "vertical center", digits=3),
            ),
        ),
    }
)
