"""What of an image enters darktable's pixel pipe in an edit, and how the picture of it is turned. Decodes no pixels.

Source: darktable's src/iop/rawprepare.c and src/iop/flip.c.
"""

from __future__ import annotations

import struct

from chemigram_core.darktable import Entry, History
from chemigram_core.darktable.drawn.figures import NotComputable
from chemigram_core.darktable.drawn.frame import Frame
from chemigram_core.darktable.drawn.turn import Turn
from chemigram_core.image.header import NO_BORDERS, Borders, Header

_AS_TAKEN = -1


def frame_of(header: Header, history: History) -> Frame:
    """The frame of the image with this header in an edit. Raises NotComputable where it can't be known."""
    last = {entry.operation: entry for entry in history.instances.values()}
    frame = Frame(
        header.width, header.height, _borders(header, last.get("rawprepare")), _turn(header, last.get("flip"))
    )
    if min(frame.visible) <= 0 or min(frame.borders) < 0:
        raise NotComputable("the edit leaves nothing of the image within the borders of its sensor")
    return frame


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
    data = None if entry is None else entry.params.data
    turn = _AS_TAKEN if data is None or len(data) < 4 else struct.unpack_from("<i", data)[0]
    return Turn.of_exif(header.orientation) if turn == _AS_TAKEN else Turn(turn & 7)
