"""Blend parameters and the members of groups, as darktable packs them. The versions 10 to 14 begin in the same way."""

from __future__ import annotations

import struct

ON, ON_AND_DRAWN = 1, 3  # modes: over the whole picture, where the drawn mask is
USED_AND_SHOWN = 3
_BYTES = 420


def blend_params(
    mask: int = 0,
    *,
    mode: float = ON,
    blend_mode: float = 0x18,
    space: float = 4,
    opacity: float = 100.0,
    combine: float = 0,
    blendif: float = 0,
    feathering: float = 0.0,
    blur: float = 0.0,
    contrast: float = 0.0,
    brightness: float = 0.0,
    details: float = 0.0,
) -> bytes:
    """The parameters of an instance: how it blends, and where. `mask` is the id of the group of its drawn mask."""
    head = struct.pack("<IiIffIi", int(mode), int(space), int(blend_mode), 0.0, opacity, int(combine), mask)
    rest = struct.pack("<IfIffff", int(blendif), feathering, 0, blur, contrast, brightness, details)
    return (head + rest).ljust(_BYTES, b"\0")


def member(shape: int, group: int, *, state: int = USED_AND_SHOWN, opacity: float = 1.0) -> bytes:
    """A shape in a group, by their ids."""
    return struct.pack("<iiif", shape, group, state, opacity)
