"""How the members of a group become one mask. Knows no shape.

Source: combine_masks_* in darktable's src/develop/masks/group.c, by comparing exports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from chemigram_core.darktable.drawn.raster.pixels import Opacities, bands

_INVERSE, _UNION, _INTERSECTION, _DIFFERENCE, _EXCLUSION, _SUM = 4, 8, 16, 32, 64, 128


def combine(mask: Opacities, shape: Opacities, state: int, opacity: float) -> None:
    """Adds one more member to the mask of those so far; `state` is its operator and whether it is inverted, in bits."""
    operator = _OPERATORS[next((bit for bit in _OPERATORS if state & bit), 0)]
    for rows in bands(len(mask)):
        above: Opacities = (1 - shape[rows] if state & _INVERSE else shape[rows]) * np.float32(opacity)
        mask[rows] = operator(mask[rows], above)


def _exclusion(below: Opacities, above: Opacities) -> Opacities:
    either: Opacities = np.maximum((1 - below) * above, below * (1 - above))
    larger: Opacities = np.maximum(below, above)
    return np.where((below > 0) & (above > 0), either, larger)


_OPERATORS: Mapping[int, Callable[[Opacities, Opacities], Opacities]] = MappingProxyType(
    {  # of several, the first here counts; with none a member replaces what is below
        _UNION: np.maximum,
        _INTERSECTION: np.minimum,
        _DIFFERENCE: lambda below, above: below * (1 - above),
        _EXCLUSION: _exclusion,
        _SUM: lambda below, above: np.clip(below + above, np.float32(0), np.float32(1)),
        0: lambda _below, above: above,
    }
)
