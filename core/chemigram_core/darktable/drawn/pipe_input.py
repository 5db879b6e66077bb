"""The part of an image that enters darktable's pixel pipe in an edit, and how its picture is turned. Decodes no pixels.

Source: darktable's src/iop/rawprepare.c and src/iop/flip.c.
"""

from __future__ import annotations

import struct

from chemigram_core.darktable import Entry, History
from chemigram_core.darktable.drawn.figures import NotComputable
from chemigram_core.darktable.drawn.frame import Frame
from chemigram_core.darktable.drawn.turn import Turn
from chemigram_core.darktable.entries import number_of
from chemigram_core.darktable.properties import RAW_PARAMS
from chemigram_core.image.header import NO_BORDERS, Borders, Header

_ORIENTATIONS = range(1, 9)  # of Exif
_AS_TAKEN = -1
_FIRST_VERSION = 1  # of flip: a turn on top of the image's own
_TURN_IN_FLAGS, _NO_TURN_IN_FLAGS = 24, 255  # bits of raw_params above which darktable kept a turn before it had flip


def frame_of(header: Header, history: History) -> Frame:
    """The frame of the image with this header in an edit. Raises NotComputable where it can't be known."""
    last = {entry.operation: entry for entry in history.instances.values()}
    frame = Frame(header.width, header.height, _borders(header, last.get("rawprepare")), _turn(header, history))
    if min(frame.visible) <= 0 or min(frame.borders) < 0:
        raise NotComputable("the edit's sensor borders leave nothing of the image")
    return frame


def is_turned(header: Header | None, history: History) -> bool:
    """Whether the edit turns the picture other than by its orientation, or may do so if the header is unknown."""
    possible = [header] if header is not None else [Header(0, 0, orientation) for orientation in _ORIENTATIONS]
    return any(_turn(one, history) != Turn.of_exif(one.orientation) for one in possible)


def _borders(header: Header, entry: Entry | None) -> Borders:
    """Those of the edit, where it sets them for a raw file, and else the camera's."""
    if header.borders is None or (entry is not None and not entry.enabled):
        return NO_BORDERS
    data = None if entry is None else entry.params.data
    return header.borders if data is None or len(data) < 16 else Borders(*struct.unpack_from("<4i", data))


def _turn(header: Header, history: History) -> Turn:
    """That of the edit, which may leave it to the image."""
    image = Turn.of_exif(header.orientation)
    if all(entry.operation != "flip" for entry in history.entries):
        return image.turned_by(_turn_in_flags(history))
    entry = next((entry for entry in history.instances.values() if entry.operation == "flip"), None)
    if entry is not None and not entry.enabled:
        return Turn.NONE
    data = None if entry is None else entry.params.data
    number = _AS_TAKEN if data is None or len(data) < 4 else struct.unpack_from("<i", data)[0]
    turn = image if number == _AS_TAKEN else Turn(number & 7)
    return image.turned_by(turn) if entry is not None and entry.modversion == _FIRST_VERSION else turn


def _turn_in_flags(history: History) -> Turn:
    """That of a file without a step of flip."""
    number = (number_of(history.beside, RAW_PARAMS) or 0) >> _TURN_IN_FLAGS
    return Turn(number & 7 if number != _NO_TURN_IN_FLAGS else 0)
