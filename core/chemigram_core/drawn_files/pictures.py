"""The pictures of drawn masks as PNGs, each rendered once. A bounded cache keeps them compressed.

The cache key is everything that determines the pixels, so states that share a mask share its picture.
"""

from __future__ import annotations

import zlib
from threading import Lock

from cachetools import LRUCache

from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.recipe import Recipe
from chemigram_core.digest import Digest
from chemigram_core.masks.png.uncompressed import gray_png, gray_png_bytes

_KEPT_BYTES = 32 << 20  # a few thousand pictures of circles, a few hundred of long strokes
_LEVEL = 1

_lock = Lock()  # guards the cache
_rendering = Lock()  # one at a time: each takes some 100 MB
_compressed: LRUCache[Digest, bytes] = LRUCache(_KEPT_BYTES, getsizeof=len)


def picture_bytes(raster: Raster) -> int:
    """The size of a picture, which is known without rendering it."""
    return gray_png_bytes(raster.width, raster.height)


def picture(recipe: Recipe, raster: Raster) -> bytes:
    """The PNG of a mask: gray, 8 bits. The same bytes each time."""
    key = Digest.of(repr((recipe, raster)).encode())  # a long stroke has thousands of numbers: too many to keep
    with _rendering:
        pixels = _recalled(key) or _rendered(key, recipe, raster)
    return gray_png(raster.width, raster.height, pixels)


def _recalled(key: Digest) -> bytes | None:
    with _lock:
        known = _compressed.get(key)
    return None if known is None else zlib.decompress(known)


def _rendered(key: Digest, recipe: Recipe, raster: Raster) -> bytes:
    from chemigram_core.darktable.drawn.raster.mask import grayscale  # with numpy, which nothing else here needs

    pixels = bytes(grayscale(recipe, raster))
    compressed = zlib.compress(pixels, _LEVEL)
    if len(compressed) <= _KEPT_BYTES:
        with _lock:
            _compressed[key] = compressed
    return pixels
