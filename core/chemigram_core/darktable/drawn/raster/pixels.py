"""What all modules here work on: opacities of 32 bits, 0 to 1, a row for each row of the picture."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Opacities: TypeAlias = NDArray[np.float32]
Numbers: TypeAlias = NDArray[np.float32]
