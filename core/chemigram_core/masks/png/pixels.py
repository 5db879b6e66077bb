"""The pixels of a PNG without loss, in the plainest form that holds them, and their name. Knows nothing of masks.

Pillow inflates and unfilters, quickly, but gives samples of 16 bits only as 8. So such rows are read as what they also
are: twice as many channels of 8 bits, or, above four channels, once for the high and once for the low bytes.
"""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidMask
from chemigram_core.masks.png.chunks import Picture, read_picture
from chemigram_core.masks.png.header import MAX_DECODING_BYTES, ColorType

Pixels: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
"""Shape (height, width, samples): gray, gray and alpha, RGB or RGBA, each sample 0 to the maximum of its type."""

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def decode(data: bytes | memoryview) -> Pixels:
    """The pixels of a PNG that `check` accepts, in their plainest form. Raises InvalidMask.

    Gray when all are gray, without alpha when all are opaque, 8 bits when 16 say no more: so equal pictures are equal
    arrays, of the same shape and type, whatever kind of PNG they were stored as. Refused above MAX_DECODING_BYTES.
    """
    picture = read_picture(data)
    if picture.header.decoding_bytes > MAX_DECODING_BYTES:
        raise InvalidMask(f"decoding it would take {picture.header.decoding_bytes} bytes of memory")
    return _plainest(_samples(picture))


def pixels_digest(data: bytes | memoryview) -> Digest:
    """A name of the pixels of a PNG, equal exactly when size and pixels are equal. Raises InvalidMask.

    Pictures that would take too much memory are named by their bytes, so equal ones may have several names.
    """
    picture = read_picture(data)
    if picture.header.decoding_bytes > MAX_DECODING_BYTES:
        return Digest.of(data)
    pixels = _plainest(_samples(picture))
    height, width, samples = pixels.shape
    named = hashlib.sha256(f"{width} {height} {samples} {pixels.itemsize}\n".encode())
    named.update(np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<")).data)
    return Digest(named.hexdigest())


def indices(picture: Picture) -> NDArray[np.uint8]:
    """The one sample of each pixel, unscaled: shape (height, width). For palettes, and gray below 8 bits.

    Raises InvalidMask for an index that the palette doesn't have.
    """
    depth = picture.header.bit_depth
    stored = np.asarray(_decoded(picture, "P", "P" if depth == 8 else f"P;{depth}"))
    if picture.header.color_type is ColorType.PALETTE and stored.max() >= len(picture.palette) // 3:
        raise InvalidMask("a pixel has a colour that is not in its palette")
    return stored


def _samples(picture: Picture) -> Pixels:
    """As the file says, palette and transparent colour resolved, each sample over the whole range of its type."""
    header = picture.header
    if header.color_type is ColorType.PALETTE:
        return _palette_colors(picture)[indices(picture)]
    if header.bit_depth < 8:
        stored: Pixels = indices(picture)[..., np.newaxis]
    elif header.bit_depth == 8:
        stored = _channels(picture, header.samples_per_pixel)
    else:
        stored = _deep_samples(picture)
    scaled = stored * np.uint8(255 // ((1 << header.bit_depth) - 1)) if header.bit_depth < 8 else stored
    return _with_color_key(scaled, stored, picture) if picture.transparency else scaled


def _deep_samples(picture: Picture) -> NDArray[np.uint16]:
    samples = picture.header.samples_per_pixel
    if samples <= 2:
        return _channels(picture, 2 * samples).view(">u2").astype(np.uint16)
    mode = _MODES[samples]
    deep = np.asarray(_decoded(picture, mode, f"{mode};16B")).astype(np.uint16) << np.uint16(8)
    deep |= np.asarray(_decoded(picture, mode, f"{mode};16L"))  # read in the other order, the low byte is the high one
    return deep


def _channels(picture: Picture, channels: int) -> NDArray[np.uint8]:
    mode = _MODES[channels]
    stored = np.asarray(_decoded(picture, mode, mode))
    return stored.reshape(*stored.shape[:2], channels)


def _decoded(picture: Picture, mode: str, raw_mode: str) -> Image.Image:
    header = picture.header
    size = (header.width_pixels, header.height_pixels)
    try:
        return Image.frombytes(mode, size, b"".join(picture.image_data), "zip", raw_mode, header.interlaced)
    except (ValueError, OSError) as broken:
        raise InvalidMask(f"its image data can't be decoded ({broken})") from broken


def _palette_colors(picture: Picture) -> NDArray[np.uint8]:
    colors = np.full((len(picture.palette) // 3, 4), 255, np.uint8)
    colors[:, :3] = np.frombuffer(picture.palette, np.uint8).reshape(-1, 3)
    colors[: len(picture.transparency), 3] = np.frombuffer(picture.transparency, np.uint8)
    return colors


def _with_color_key(scaled: Pixels, stored: Pixels, picture: Picture) -> Pixels:
    """tRNS of gray and RGB: pixels of exactly that stored colour are transparent, all others opaque."""
    key = np.frombuffer(picture.transparency, ">u2")
    opaque = (stored != key).any(axis=2, keepdims=True)
    return np.concatenate((scaled, opaque * scaled.dtype.type(np.iinfo(scaled.dtype).max)), axis=2)


def _plainest(pixels: Pixels) -> Pixels:
    if pixels.shape[2] in {2, 4} and (pixels[..., -1] == np.iinfo(pixels.dtype).max).all():
        pixels = pixels[..., :-1]
    if pixels.shape[2] >= 3 and (pixels[..., :1] == pixels[..., 1:3]).all():
        pixels = np.delete(pixels, (1, 2), axis=2)
    if pixels.dtype == np.uint16 and (pixels >> np.uint16(8) == pixels & np.uint16(255)).all():
        pixels = pixels.astype(np.uint8)
    return pixels
