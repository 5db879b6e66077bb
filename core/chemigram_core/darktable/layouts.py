"""The known layouts of darktable's parameters: facts of its introspection, as a table. Knows no history.

Source: the parameter structures in darktable's src/iop. Sizes, offsets and labels agree with the introspection of
4.2.1, those of older and newer versions with legacy_params(). Factors and units are those of the sliders.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.darktable.settings import Choice, Layout, Number, Whole

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
_RECONSTRUCTIONS = {
    0: "clip highlights",
    1: "reconstruct in LCh",
    2: "reconstruct color",
    3: "guided laplacians",
    4: "segmentation based",
    5: "inpaint opposed",
}
_EXPOSURE = (
    Choice(0, "mode", {0: "manual", 1: "automatic"}),
    Number(8, "exposure", "EV"),
    Number(4, "black level", digits=4),
    Number(12, "percentile", "%"),
    Number(16, "target level", "EV"),
)
_BIAS = Choice(20, "compensate exposure bias", {0: "off", 1: "on"})
_HIGHLIGHT_PRESERVATION = Choice(24, "compensate highlight preservation", {0: "off", 1: "on"})
_WHITE_BALANCE = (
    Number(0, "red", digits=3),
    Number(4, "green", digits=3),
    Number(8, "blue", digits=3),
    Number(12, "second green", digits=3),
)
_HIGHLIGHTS = (Choice(0, "method", _RECONSTRUCTIONS), Number(16, "clipping threshold", digits=3))
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
_HAZE = (Number(0, "strength", digits=3), Number(4, "distance", digits=3))
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
        ("ashift", 4): Layout(60, _PERSPECTIVE),
        ("ashift", 5): Layout(892, _PERSPECTIVE),
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
        ("bloom", 1): Layout(12, (Number(0, "size", "%"), Number(4, "threshold", "%"), Number(8, "strength", "%"))),
        ("clipping", 5): Layout(84, (Number(0, "angle", "°"),)),
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
        ("crop", 1): Layout(24, _CROP),
        ("defringe", 1): Layout(12, (Number(0, "edge detection radius"), Number(4, "threshold"))),
        ("denoiseprofile", 11): Layout(
            412, (Number(8, "strength", digits=3), Number(0, "patch size"), Number(12, "preserve shadows"))
        ),
        ("diffuse", 1): Layout(56, _DIFFUSE),
        ("diffuse", 2): Layout(60, (*_DIFFUSE, Whole(56, "central radius", "px"))),
        ("exposure", 5): Layout(20, _EXPOSURE),
        ("exposure", 6): Layout(24, (*_EXPOSURE, _BIAS)),
        ("exposure", 7): Layout(28, (*_EXPOSURE, _BIAS, _HIGHLIGHT_PRESERVATION)),
        ("filmicrgb", 5): Layout(112, _FILMIC),
        ("filmicrgb", 6): Layout(116, _FILMIC),
        ("flip", 2): Layout(4, (Choice(0, "orientation", _ORIENTATIONS),)),
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
        ("hazeremoval", 1): Layout(8, _HAZE),
        ("hazeremoval", 2): Layout(12, _HAZE),
        ("highlights", 2): Layout(20, _HIGHLIGHTS),
        ("highlights", 3): Layout(44, _HIGHLIGHTS),
        ("highlights", 4): Layout(48, _HIGHLIGHTS),
        ("highpass", 1): Layout(8, (Number(0, "sharpness", "%"), Number(4, "contrast boost", "%"))),
        ("hotpixels", 1): Layout(16, (Number(4, "threshold", digits=4), Number(0, "strength", digits=4))),
        ("lowpass", 4): Layout(
            28, (Number(4, "radius"), Number(8, "contrast"), Number(12, "brightness"), Number(16, "saturation"))
        ),
        ("nlmeans", 2): Layout(
            16,
            (
                Number(4, "strength", "%"),
                Number(0, "patch size"),
                Number(8, "luma", "%", 1, 100),
                Number(12, "chroma", "%", 1, 100),
            ),
        ),
        ("rawdenoise", 2): Layout(164, (Number(0, "noise threshold", digits=3),)),
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
        ("sharpen", 1): Layout(12, (Number(0, "radius"), Number(4, "amount", digits=3), Number(8, "threshold"))),
        ("sigmoid", 1): Layout(24, _SIGMOID),
        ("sigmoid", 2): Layout(52, _SIGMOID),
        ("sigmoid", 3): Layout(56, _SIGMOID),
        ("soften", 1): Layout(
            16,
            (
                Number(0, "size", "%"),
                Number(4, "saturation", "%"),
                Number(8, "brightness", "EV"),
                Number(12, "mix", "%"),
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
        ("toneequal", 2): Layout(72, _TONE_EQUALIZER),
        ("velvia", 2): Layout(8, (Number(0, "strength", "%"), Number(4, "mid-tones bias"))),
        ("vibrance", 2): Layout(4, (Number(0, "vibrance", "%"),)),
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


def layout_of(operation: str, modversion: int | None, params: bytes | None) -> Layout | None:
    """The layout that fits, in version and size; None where there is none."""
    layout = None if modversion is None else LAYOUTS.get((operation, modversion))
    return layout if layout is not None and params is not None and len(params) == layout.size_bytes else None
