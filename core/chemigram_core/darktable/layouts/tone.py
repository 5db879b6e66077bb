"""The parameters of modules for exposure, contrast and tone mapping. Knows no history."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.darktable.settings import Choice, Layout, Number

_EXPOSURE = (
    Choice(0, "mode", {0: "manual", 1: "automatic"}),
    Number(8, "exposure", "EV"),
    Number(4, "black level", digits=4),
    Number(12, "percentile", "%"),
    Number(16, "target level", "EV"),
)
_BIAS = Choice(20, "compensate exposure bias", {0: "off", 1: "on"})
_HIGHLIGHT_PRESERVATION = Choice(24, "compensate highlight preservation", {0: "off", 1: "on"})
_FILMIC = (
    Number(0, "middle gray luminance", "%"),
    Number(4, "black relative exposure", "EV"),
    Number(8, "white relative exposure", "EV"),
    Number(56, "contrast", digits=3),
    Number(48, "hardness"),
    Number(52, "latitude", "%"),
    Number(64, "shadows/highlights balance", "%"),
    Number(60, "extreme luminance saturation", "%"),
    Number(12, "reconstruction threshold", "EV"),
    Number(16, "reconstruction transition", "EV"),
    Number(32, "dynamic range scaling", "%"),
    Number(36, "target middle gray", "%"),
    Number(40, "target black luminance", "%", 4),
    Number(44, "target white luminance", "%"),
)
_SIGMOID = (
    Number(0, "contrast", digits=3),
    Number(4, "skew", digits=3),
    Number(8, "target white", "%"),
    Number(12, "target black", "%", 4),
    Choice(16, "color processing", {0: "per channel", 1: "rgb ratio"}),
    Number(20, "preserve hue", "%"),
)
_TONES = (
    "blacks",
    "deep shadows",
    "shadows",
    "light shadows",
    "mid-tones",
    "dark highlights",
    "highlights",
    "whites",
    "speculars",
)
_TONE_EQUALIZER = (
    *(Number(4 * place, tone, "EV") for place, tone in enumerate(_TONES)),
    Number(36, "smoothing diameter", "%"),
    Number(44, "edges refinement"),
    Number(52, "mask contrast compensation", "EV"),
    Number(56, "mask exposure compensation", "EV"),
)

LAYOUTS: Mapping[tuple[str, int], Layout] = MappingProxyType(
    {
        ("basicadj", 2): Layout(
            44,
            (
                Number(4, "exposure", "EV"),
                Number(0, "black level", digits=4),
                Number(8, "highlight compression"),
                Number(16, "contrast"),
                Number(28, "brightness"),
                Number(32, "saturation"),
                Number(36, "vibrance"),
            ),
        ),
        ("exposure", 5): Layout(20, _EXPOSURE),
        ("exposure", 6): Layout(24, (*_EXPOSURE, _BIAS)),
        ("exposure", 7): Layout(28, (*_EXPOSURE, _BIAS, _HIGHLIGHT_PRESERVATION)),
        ("filmicrgb", 5): Layout(112, _FILMIC),
        ("filmicrgb", 6): Layout(116, _FILMIC),
        ("relight", 1): Layout(12, (Number(0, "exposure", "EV"), Number(8, "width"))),
        ("shadhi", 5): Layout(
            48,
            (
                Number(8, "shadows", "%"),
                Number(16, "highlights", "%"),
                Number(12, "white point adjustment"),
                Number(4, "radius"),
                Number(24, "compress", "%"),
                Number(28, "shadows color adjustment", "%"),
                Number(32, "highlights color adjustment", "%"),
            ),
        ),
        ("sigmoid", 1): Layout(24, _SIGMOID),
        ("sigmoid", 2): Layout(52, _SIGMOID),
        ("sigmoid", 3): Layout(56, _SIGMOID),
        ("toneequal", 2): Layout(72, _TONE_EQUALIZER),
    }
)
