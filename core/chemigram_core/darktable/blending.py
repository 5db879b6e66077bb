"""The blending and masking of a module instance: its blend parameters, if their version is known.

Source: dt_develop_blend_params_t and the blend modes in darktable's src/develop/blend.h, older forms in blend.c.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from chemigram_core.darktable import Entry
from chemigram_core.darktable.settings import Number

OPACITY = Number(0, "opacity", "%", digits=0)

_ON, _DRAWN, _PARAMETRIC, _RASTER = 1, 2, 4, 8  # bits of mask_mode
_MASK_KINDS = MappingProxyType({_DRAWN: "drawn", _PARAMETRIC: "parametric", _RASTER: "raster"})
_OFF, _NO_MASK = "blending off", "no mask"
_REVERSE = 0x80000000
_FIRST_WITH_BLUR, _FIRST_WITH_SPACE = 8, 10  # versions
_LAB, _RGB = 2, (3, 4)  # color spaces
_BLEND_MODES: Mapping[int, str] = MappingProxyType(
    {
        **dict.fromkeys((0x00, 0x01, 0x18), "normal"),
        0x02: "lighten",
        0x03: "darken",
        0x04: "multiply",
        0x05: "average",
        0x06: "addition",
        0x07: "subtract",
        **dict.fromkeys((0x08, 0x17), "difference"),
        0x09: "screen",
        0x0A: "overlay",
        0x0B: "softlight",
        0x0C: "hardlight",
        0x0D: "vividlight",
        0x0E: "linearlight",
        0x0F: "pinlight",
        0x10: "lightness",
        0x11: "chromaticity",
        0x12: "hue",
        0x13: "color",
        0x16: "coloradjustment",
        0x19: "normal bounded",
        0x1A: "Lab lightness",
        0x1B: "Lab color",
        0x1C: "HSV value",
        0x1D: "HSV color",
        0x1F: "Lab a-channel",
        0x20: "Lab b-channel",
        0x21: "RGB red channel",
        0x22: "RGB green channel",
        0x23: "RGB blue channel",
        0x26: "divide",
        0x28: "geometric mean",
        0x29: "harmonic mean",
    }
)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Offsets of the fields in some versions. Bytes before `mask_combine` are about blending, others about masks."""

    size_bytes: int
    blend_mode: int
    opacity: int
    mask_combine: int
    mask_id: int


_LAYOUTS: Mapping[int, _Layout] = MappingProxyType(
    {
        **dict.fromkeys((5, 6, 7), _Layout(300, 4, 8, 12, 16)),
        8: _Layout(316, 4, 8, 12, 16),
        9: _Layout(348, 4, 8, 12, 16),
        **dict.fromkeys(range(10, 15), _Layout(420, 8, 16, 20, 24)),
    }
)


@dataclass(frozen=True, slots=True)
class Blending:
    """The known blending of an instance.

    `opacity`: as it is stored; OPACITY shows it. `mask`: the kinds of mask in words. `mask_id`: of the drawn mask, if
    one is in use. `rest`: all that has no field here, bytes about blending and bytes about masks.
    """

    opacity: bytes
    mode: str
    mask: str
    mask_id: int | None
    rest: tuple[bytes, bytes]

    @property
    def is_on(self) -> bool:
        """Whether the module is blended at all."""
        return self.mask != _OFF

    @property
    def has_mask(self) -> bool:
        """Whether a mask limits it."""
        return self.mask not in {_OFF, _NO_MASK}


@dataclass(frozen=True, slots=True)
class Masking:
    """Everything that determines the pixels of an instance's mask.

    `opacity`: in percent. `feathering` and `blur`: radii in pixels. `is_lab`, `is_rgb`: where parametric masks look.
    """

    mode: int
    combine: int
    mask_id: int
    opacity: float
    is_lab: bool
    is_rgb: bool
    blendif: int
    feathering: float
    blur: float
    contrast: float
    brightness: float
    details: float

    @property
    def is_parametric(self) -> bool:
        """Whether channels of the picture can be part of it."""
        return bool(self.mode & _PARAMETRIC)

    @property
    def is_raster(self) -> bool:
        """Whether it is taken from another module."""
        return bool(self.mode & _RASTER)


def blending_of(entry: Entry) -> Blending | None:
    """The blending of an instance; None if its version, size or encoding is unknown."""
    if (read := _read(entry)) is None:
        return None
    layout, data = read
    mask_mode, blend_mode = (_whole(data, offset) for offset in (0, layout.blend_mode))
    return Blending(
        opacity=data[layout.opacity : layout.opacity + 4],
        mode=_mode(blend_mode),
        mask=_kinds(mask_mode),
        mask_id=_id(data, layout) if mask_mode & _ON and mask_mode & _DRAWN else None,
        rest=(data[4 : layout.opacity] + data[layout.opacity + 4 : layout.mask_combine], data[layout.mask_combine :]),
    )


def masking_of(entry: Entry) -> Masking | None:
    """The masking of an instance; None if version, size or encoding is unknown, or the format has changed since."""
    version, read = entry.blendop_version or 0, _read(entry)
    if read is None or version < _FIRST_WITH_BLUR:
        return None
    layout, data = read
    mask_id, blendif, feathering, _guide, blur, contrast, brightness = struct.unpack_from(
        "<iIfIfff", data, layout.mask_id
    )
    space = _whole(data, 4) if version >= _FIRST_WITH_SPACE else 0
    return Masking(
        mode=_whole(data, 0),
        combine=_whole(data, layout.mask_combine),
        mask_id=mask_id,
        opacity=struct.unpack_from("<f", data, layout.opacity)[0],
        is_lab=space == _LAB,
        is_rgb=space in _RGB,
        blendif=blendif,
        feathering=feathering,
        blur=blur,
        contrast=contrast,
        brightness=brightness,
        details=struct.unpack_from("<f", data, layout.mask_id + 28)[0] if version >= _FIRST_WITH_SPACE else 0.0,
    )


def group_of(entry: Entry) -> int:
    """The id of the group of shapes that its blend parameters name, whether it is blended or not; 0 without one."""
    return 0 if (read := _read(entry)) is None else _id(read[1], read[0])


def _read(entry: Entry) -> tuple[_Layout, bytes] | None:
    layout = _LAYOUTS.get(entry.blendop_version or 0)
    data = None if entry.blendop_params is None else entry.blendop_params.data
    return None if layout is None or data is None or len(data) != layout.size_bytes else (layout, data)


def _id(data: bytes, layout: _Layout) -> int:
    return int.from_bytes(data[layout.mask_id : layout.mask_id + 4], "little", signed=True)


def _whole(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")


def _mode(number: int) -> str:
    mode = _BLEND_MODES.get(number & 0xFF, f"number {number & 0xFF}")
    return f"{mode}, reversed" if number & _REVERSE else mode


def _kinds(mode: int) -> str:
    if not mode & _ON:
        return _OFF
    kinds = [word for bit, word in _MASK_KINDS.items() if mode & bit]
    return f"{' and '.join(kinds)} mask" if kinds else _NO_MASK
