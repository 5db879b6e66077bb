"""The parameters of modules for white balance and color. Knows no history."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.darktable.settings import Layout, Number

_WHITE_BALANCE = (
    Number(0, "red", digits=3),
    Number(4, "green", digits=3),
    Number(8, "blue", digits=3),
    Number(12, "second green", digits=3),
)
_COLOR_BALANCE = tuple(
    Number(offset, label, "%", 2, 100)
    for offset, label in (
        (60, "shadows chroma"),
        (64, "highlights chroma"),
        (68, "global chroma"),
        (72, "mid-tones chroma"),
        (76, "global saturation"),
        (80, "highlights saturation"),
        (84, "mid-tones saturation"),
        (88, "shadows saturation"),
        (96, "global brilliance"),
        (100, "highlights brilliance"),
        (104, "mid-tones brilliance"),
        (108, "shadows brilliance"),
        (116, "global vibrance"),
        (124, "contrast"),
    )
)

LAYOUTS: Mapping[tuple[str, int], Layout] = MappingProxyType(
    {
        ("colisa", 1): Layout(12, (Number(0, "contrast"), Number(4, "brightness"), Number(8, "saturation"))),
        ("colorbalancergb", 5): Layout(132, (*_COLOR_BALANCE, Number(92, "hue shift", "°"))),
        ("colorcontrast", 2): Layout(20, (Number(0, "green-magenta contrast"), Number(8, "blue-yellow contrast"))),
        ("colorcorrection", 1): Layout(20, (Number(16, "saturation"),)),
        ("colorize", 2): Layout(
            20,
            (
                Number(0, "hue", "°", 1, 360),
                Number(4, "saturation", "%", 1, 100),
                Number(12, "lightness", "%"),
                Number(8, "source mix", "%"),
            ),
        ),
        ("splittoning", 1): Layout(
            24,
            (
                Number(0, "shadows hue", "°", 1, 360),
                Number(4, "shadows saturation", "%", 1, 100),
                Number(8, "highlights hue", "°", 1, 360),
                Number(12, "highlights saturation", "%", 1, 100),
                Number(16, "balance", "%", 1, 100),
                Number(20, "compress", "%"),
            ),
        ),
        ("temperature", 3): Layout(16, _WHITE_BALANCE),
        ("temperature", 4): Layout(20, _WHITE_BALANCE),
        ("velvia", 2): Layout(8, (Number(0, "strength", "%"), Number(4, "mid-tones bias"))),
        ("vibrance", 2): Layout(4, (Number(0, "vibrance", "%"),)),
    }
)
