"""How a mask differs from the finished picture, because modules move the picture's pixels or change its frame.

A mask is drawn in the frame that enters the pixel pipe, and shown as `flip` turns it. Source:
distort_transform() of the modules in src/iop.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from chemigram_core.darktable import Entry, History
from chemigram_core.darktable.drawn.pipe import Pipe
from chemigram_core.darktable.layouts import layout_of
from chemigram_core.darktable.modules import NAMES

_BENDING = ("lens", "ashift", "clipping", "liquify", "rotatepixels", "scalepixels")
_ENLARGING: Mapping[str, str] = MappingProxyType({"borders": "borders", "enlargecanvas": "canvas"})
_CROP = "crop"


class Part(NamedTuple):
    """A part of a picture: its edges, from the left and from the top, in shares of the width and of the height."""

    left: float
    top: float
    right: float
    bottom: float


WHOLE = Part(0.0, 0.0, 1.0, 1.0)


def geometry_notes(history: History) -> Iterator[str]:
    """The notes beside the masks of this edit, one sentence for each kind of difference."""
    enabled = _enabled(history)
    if bending := [NAMES.get(operation, operation) for operation in _BENDING if operation in enabled]:
        yield f"drawn in the undistorted frame; darktable bends it with the picture, edges differ: {', '.join(bending)}"
    if _CROP in enabled:
        yield "shown before the crop"
    if added := [word for operation, word in _ENLARGING.items() if operation in enabled]:
        yield f"shown without the {' and the '.join(added)} around the picture"


def reframing(history: History) -> list[str]:
    """darktable's names of the modules that bend, crop or enlarge the picture in this edit."""
    enabled = _enabled(history)
    return [NAMES.get(operation, operation) for operation in (*_BENDING, _CROP, *_ENLARGING) if operation in enabled]


def visible_part(history: History) -> Part | None:
    """What the finished picture shows of the one that the masks are for; None where that can't be said exactly."""
    enabled = _enabled(history)
    if any(operation in enabled for operation in (*_BENDING, *_ENLARGING)):
        return None
    return _part(enabled[_CROP], history) if _CROP in enabled else WHOLE


def _enabled(history: History) -> Mapping[str, Entry]:
    return {entry.operation: entry for entry in history.instances.values() if entry.enabled}


def _part(crop: Entry, history: History) -> Part | None:
    data = crop.params.data
    if data is None or layout_of(_CROP, crop.modversion, data) is None or _is_turned_later(crop, history):
        return None
    part = Part(*struct.unpack_from("<4f", data))
    return part if 0 <= part.left < part.right <= 1 and 0 <= part.top < part.bottom <= 1 else None


def _is_turned_later(crop: Entry, history: History) -> bool:
    return Pipe.of(history).is_before(crop.instance, "flip")
