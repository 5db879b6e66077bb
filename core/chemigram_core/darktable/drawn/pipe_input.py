"""What of an image enters darktable's pixel pipe in an edit, and how the picture of it is turned. Decodes no pixels.

Source: darktable's src/iop/rawprepare.c and src/iop/flip.c.
"""

from __future__ import annotations

import struct

from chemigram_core.darktable import Entry, History
from chemigram_core.darktable.drawn.figures import NotComputable
from chemigram_core.darktable.drawn.frame import Frame
from chemigram_core.darktable.drawn.turn import Turn
from chemigram_core.darktable.entries import number_of
from chemigram_core.darktable.pipe_order import pipe_order
from chemigram_core.darktable.properties import IOP_ORDER_VERSION
from chemigram_core.image.header import NO_BORDERS, Borders, Header

_AS_TAKEN = -1

# Source: legacy_order, v30_order and the later ones in src/common/iop_order.c
_BEFORE_FLIP = frozenset(
    {"rawprepare", "invert", "temperature", "rasterfile", "highlights", "cacorrect", "hotpixels", "rawdenoise"}
    | {"demosaic", "denoiseprofile", "lens", "cacorrectrgb", "ashift", "rotatepixels", "scalepixels"}
)
_BEFORE_FLIP_IN_LEGACY = frozenset({"tonemap", "exposure", "spots", "retouch", "liquify"})
_BEFORE_FLIP_SINCE_V30 = frozenset({"bilateral", "hazeremoval"})
_LEGACY_PIPE = 1


def frame_of(header: Header, history: History) -> Frame:
    """The frame of the image with this header in an edit. Raises NotComputable where it can't be known."""
    last = {entry.operation: entry for entry in history.instances.values()}
    frame = Frame(
        header.width, header.height, _borders(header, last.get("rawprepare")), _turn(header, last.get("flip"))
    )
    if min(frame.visible) <= 0 or min(frame.borders) < 0:
        raise NotComputable("the edit leaves nothing of the image within the borders of its sensor")
    return frame


def is_turned(header: Header | None, history: History) -> bool:
    """Whether the edit turns the picture otherwise than the image says, or may do so where its header is unknown."""
    entry = {one.operation: one for one in history.instances.values()}.get("flip")
    if header is None:
        return entry is not None and not (entry.enabled and _turn_of(entry) == _AS_TAKEN)
    return _turn(header, entry) != Turn.of_exif(header.orientation)


def is_before_turn(entry: Entry, history: History) -> bool:
    """Whether the module works on the picture as it was taken, before `flip` turns it."""
    pipe = pipe_order(history.ordered)
    flip = next((one for one in pipe if one[0] == "flip"), None)
    if flip is not None and entry.instance in pipe:
        return pipe.index(entry.instance) < pipe.index(flip)
    is_legacy = (number_of(history.ordered, IOP_ORDER_VERSION) or _LEGACY_PIPE) == _LEGACY_PIPE
    others = _BEFORE_FLIP_IN_LEGACY if is_legacy else _BEFORE_FLIP_SINCE_V30
    return entry.operation in _BEFORE_FLIP or entry.operation in others


def _borders(header: Header, entry: Entry | None) -> Borders:
    """Those of the edit, where it sets them for a raw file, and else the camera's."""
    if header.borders is None or (entry is not None and not entry.enabled):
        return NO_BORDERS
    data = None if entry is None else entry.params.data
    return header.borders if data is None or len(data) < 16 else Borders(*struct.unpack_from("<4i", data))


def _turn(header: Header, entry: Entry | None) -> Turn:
    """That of the edit, which may leave it to the image."""
    if entry is not None and not entry.enabled:
        return Turn.NONE
    turn = _AS_TAKEN if entry is None else _turn_of(entry)
    return Turn.of_exif(header.orientation) if turn == _AS_TAKEN else Turn(turn & 7)


def _turn_of(entry: Entry) -> int:
    data = entry.params.data
    return _AS_TAKEN if data is None or len(data) < 4 else int(struct.unpack_from("<i", data)[0])
