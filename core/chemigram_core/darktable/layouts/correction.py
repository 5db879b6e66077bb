"""The parameters of modules that repair: noise, haze, fringes, clipped highlights. Knows no history."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.darktable.settings import Choice, Layout, Number

_RECONSTRUCTIONS = {
    0: "clip highlights",
    1: "reconstruct in LCh",
    2: "reconstruct color",
    3: "guided laplacians",
    4: "segmentation based",
    5: "inpaint opposed",
}
_HIGHLIGHTS = (Choice(0, "method", _RECONSTRUCTIONS), Number(16, "clipping threshold", digits=3))
_HAZE = (Number(0, "strength", digits=3), Number(4, "distance", digits=3))

LAYOUTS: Mapping[tuple[str, int], Layout] = MappingProxyType(
    {
        ("defringe", 1): Layout(12, (Number(0, "edge detection radius"), Number(4, "threshold"))),
        ("denoiseprofile", 11): Layout(
            412, (Number(8, "strength", digits=3), Number(0, "patch size"), Number(12, "preserve shadows"))
        ),
        ("hazeremoval", 1): Layout(8, _HAZE),
        ("hazeremoval", 2): Layout(12, _HAZE),
        ("highlights", 2): Layout(20, _HIGHLIGHTS),
        ("highlights", 3): Layout(44, _HIGHLIGHTS),
        ("highlights", 4): Layout(48, _HIGHLIGHTS),
        ("hotpixels", 1): Layout(16, (Number(4, "threshold", digits=4), Number(0, "strength", digits=4))),
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
    }
)
