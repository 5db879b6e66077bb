"""How a picture of a mask differs from what darktable shows, because other modules move the picture's pixels.

A mask is drawn in the frame that enters the pixel pipe. Source: distort_transform() of the modules in src/iop.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from chemigram_core.darktable import Entry, History
from chemigram_core.darktable.modules import NAMES

_BENDING = ("lens", "ashift", "clipping", "liquify", "rotatepixels", "scalepixels")
_ENLARGING: Mapping[str, str] = MappingProxyType({"borders": "borders", "enlargecanvas": "canvas"})
_AS_TAKEN = 0  # of `flip`


def geometry_notes(history: History) -> Iterator[str]:
    """What to say beside the masks of this edit, one sentence for each kind of difference."""
    enabled = {entry.operation: entry for entry in history.instances.values() if entry.enabled}
    if bending := [NAMES.get(operation, operation) for operation in _BENDING if operation in enabled]:
        yield f"drawn in the undistorted frame; darktable bends it with the picture, edges differ: {', '.join(bending)}"
    if "crop" in enabled:
        yield "shown before the crop"
    if "flip" in enabled and _turns(enabled["flip"]):
        yield "shown before the picture is turned"
    if added := [word for operation, word in _ENLARGING.items() if operation in enabled]:
        yield f"shown without the {' and the '.join(added)} around the picture"


def _turns(flip: Entry) -> bool:
    """Whether it turns the picture, or may: an orientation can be left to the image's Exif data."""
    data = flip.params.data
    return data is None or len(data) < 4 or bool(struct.unpack_from("<i", data)[0] != _AS_TAKEN)
