"""How a picture of a mask differs from what darktable shows, because other modules move the picture's pixels.

A mask is drawn in the frame that enters the pixel pipe, and shown as `flip` turns it. Source:
distort_transform() of the modules in src/iop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from chemigram_core.darktable import History
from chemigram_core.darktable.modules import NAMES

_BENDING = ("lens", "ashift", "clipping", "liquify", "rotatepixels", "scalepixels")
_ENLARGING: Mapping[str, str] = MappingProxyType({"borders": "borders", "enlargecanvas": "canvas"})


def geometry_notes(history: History) -> Iterator[str]:
    """The notes beside the masks of this edit, one sentence for each kind of difference."""
    enabled = {entry.operation: entry for entry in history.instances.values() if entry.enabled}
    if bending := [NAMES.get(operation, operation) for operation in _BENDING if operation in enabled]:
        yield f"drawn in the undistorted frame; darktable bends it with the picture, edges differ: {', '.join(bending)}"
    if "crop" in enabled:
        yield "shown before the crop"
    if added := [word for operation, word in _ENLARGING.items() if operation in enabled]:
        yield f"shown without the {' and the '.join(added)} around the picture"
