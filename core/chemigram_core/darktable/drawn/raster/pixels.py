"""The type of pixels in this folder: opacities as 32-bit floats, 0 to 1, a row for each row of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Opacities: TypeAlias = NDArray[np.float32]
Numbers: TypeAlias = NDArray[np.float32]

_ROWS_AT_ONCE = 32


def bands(height: int) -> Iterator[slice]:
    """The rows of a picture, some at a time: what is computed from so few stays in the processor's cache."""
    return (slice(top, top + _ROWS_AT_ONCE) for top in range(0, height, _ROWS_AT_ONCE))
