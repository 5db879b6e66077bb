"""The contrast and brightness of a mask. Knows no shape.

Source: _develop_blend_process_mask_tone_curve in darktable's src/develop/blend.c, by comparing exports.
"""

from __future__ import annotations

import math

import numpy as np

from chemigram_core.darktable.drawn.raster.pixels import Opacities

_NEARLY = 16 * np.finfo(np.float32).eps


def toned(mask: Opacities, contrast: float, brightness: float, opacity: float) -> Opacities:
    """The mask, whose largest value is `opacity`, with both applied (-1 to 1 each)."""
    steep = np.float32(math.exp(3 * contrast))
    x = _brightened(mask, 2 * mask / np.float32(opacity) - 1, brightness)
    curve = (x * steep / (1 + (steep - 1) * np.abs(x))) / 2 + np.float32(0.5)
    return np.clip(curve * np.float32(opacity), 0, 1)


def _brightened(mask: Opacities, x: Opacities, brightness: float) -> Opacities:
    light = np.float32(brightness)
    if brightness >= 1:
        return np.where(mask <= _NEARLY, np.float32(-1), np.float32(1))
    if brightness <= -1:
        return np.where(mask >= 1 - _NEARLY, np.float32(1), np.float32(-1))
    moved: Opacities = (x + light) / (1 - abs(light))  # x is beyond -1 and 1 where gradients are extrapolated
    return np.minimum(moved, np.float32(1)) if brightness > 0 else np.maximum(moved, np.float32(-1))
