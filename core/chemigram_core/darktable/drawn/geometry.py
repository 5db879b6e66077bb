"""How a mask differs from the finished picture, because modules move the picture's pixels or change its frame.

A mask is drawn in the frame that enters the pixel pipe, and shown as `flip` turns it. Source:
distort_transform() of the modules in src/iop.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from chemigram_core.darktable import Entry, History
from chemigram_core.darktable.drawn.pipe import Pipe
from chemigram_core.darktable.layouts import layout_of
from chemigram_core.darktable.modules import NAMES

_BENDING = ("lens", "ashift", "clipping", "liquify", "rotatepixels", "scalepixels")
_ENLARGING: Mapping[str, str] = MappingProxyType({"borders": "borders", "enlargecanvas": "canvas"})
_CROP, _CROP_AND_ROTATE = "crop", "clipping"


class Part(NamedTuple):
    """A part of a picture: its edges, from the left and from the top, in shares of the width and of the height."""

    left: float
    top: float
    right: float
    bottom: float


WHOLE = Part(0.0, 0.0, 1.0, 1.0)


def geometry_notes(history: History) -> Iterator[str]:
    """The notes beside the masks of this edit, one sentence for each kind of difference."""
    enabled, bending = _enabled(history), _bending(history)
    if bending:
        names = ", ".join(NAMES.get(operation, operation) for operation in bending)
        yield f"drawn in the undistorted frame; darktable also distorts the mask, so edges differ: {names}"
    if _CROP in enabled or (_CROP_AND_ROTATE in enabled and _CROP_AND_ROTATE not in bending):
        yield "shown before the crop"
    if added := [word for operation, word in _ENLARGING.items() if operation in enabled]:
        yield f"shown without the {' and the '.join(added)} around the picture"


def beside_bending(history: History, entries: Sequence[Entry]) -> list[str]:
    """For each instance, whether it works before or after the modules that bend the picture; empty without any."""
    pipe, bending = Pipe.of(history), _bending(history)
    return [_beside(entry, bending, pipe) for entry in entries]


def _beside(entry: Entry, bending: Sequence[str], pipe: Pipe) -> str:
    words = {"before": list[str](), "after": list[str]()}
    for operation in bending:
        if operation != entry.operation:
            word = "before" if pipe.is_before(entry.instance, operation) else "after"
            words[word].append(NAMES.get(operation, operation))
    return " and ".join(f"{word} {' and '.join(names)}" for word, names in words.items() if names)


def reframing(history: History) -> list[str]:
    """darktable's names of the modules that bend, crop or enlarge the picture in this edit."""
    enabled = _enabled(history)
    return [NAMES.get(operation, operation) for operation in (*_BENDING, _CROP, *_ENLARGING) if operation in enabled]


def visible_part(history: History) -> Part | None:
    """The part of the masks' picture that the finished picture shows; None if that can't be determined exactly."""
    enabled = _enabled(history)
    if any(operation in enabled for operation in (*_BENDING, *_ENLARGING)):
        return None
    return _part(enabled[_CROP], history) if _CROP in enabled else WHOLE


def _bending(history: History) -> list[str]:
    """The modules that bend the picture in this edit, or may do so."""
    enabled = _enabled(history)
    only_crops = _CROP_AND_ROTATE in enabled and _only_crops(enabled[_CROP_AND_ROTATE])
    return [each for each in _BENDING if each in enabled and not (each == _CROP_AND_ROTATE and only_crops)]


def _only_crops(clipping: Entry) -> bool:
    """Without an angle, a keystone, or the negative sizes that mirror the picture: dt_iop_clipping_params_t."""
    data = clipping.params.data
    if data is None or layout_of(_CROP_AND_ROTATE, clipping.modversion, data) is None:
        return False
    angle, width, height, keystone = struct.unpack_from("<f8x2f40xi", data)
    return bool(angle == 0 and min(width, height) >= 0 and keystone == 0)


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
