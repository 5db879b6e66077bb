"""A landscape to look at, computed: hills in haze before an evening sky, over a lake. With an edit and its mask."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.float64]
_RIDGES = 6


@dataclass(frozen=True)
class Look:
    """An edit of the landscape: exposure in EV, warmth and contrast (0: unchanged), saturation (1: unchanged)."""

    ev: float = 0.0
    warmth: float = 0.0
    contrast: float = 0.0
    saturation: float = 1.0


PLAIN = Look()


def landscape(seed: int = 1, look: Look = PLAIN, size: tuple[int, int] = (900, 600)) -> Image.Image:
    """The landscape of a seed, edited."""
    width, height = size
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    random = np.random.default_rng(seed)
    sun = random.uniform(0.25, 0.75)
    sky = _sky(x, y, sun)
    for ridge in range(_RIDGES):
        depth = ridge / (_RIDGES - 1)
        outline = 0.42 + 0.05 * ridge + _outline(x[0], random, 0.11 - 0.012 * ridge)
        haze = np.array([0.58, 0.47, 0.47]) * (1 - depth) + np.array([0.055, 0.08, 0.11]) * depth
        glow = np.exp(-(((x - sun) / 0.22) ** 2)) * (1 - depth) * 0.16
        shade = haze + glow[..., None] * np.array([1, 0.62, 0.32])
        edge = np.clip((y - outline) * height / 1.5, 0, 1)[..., None]
        sky = sky * (1 - edge) + shade * edge
    return _developed(_with_lake(sky, y, random), look)


def sky_mask(seed: int = 1, size: tuple[int, int] = (900, 600)) -> bytes:
    """A mask of the sky, with a soft edge: a gray PNG."""
    width, height = size
    random = np.random.default_rng(seed)
    random.uniform(0.25, 0.75)
    outline = 0.42 + _outline(np.linspace(0, 1, width), random, 0.11)
    inside = np.clip((outline[None, :] - np.linspace(0, 1, height)[:, None]) * height / 12, 0, 1)
    return _encoded(Image.fromarray((inside * 255).astype(np.uint8)), "PNG")


def spot_mask(size: tuple[int, int] = (900, 600)) -> bytes:
    """A soft round mask in the middle."""
    width, height = size
    x, y = np.meshgrid(np.linspace(-1.5, 1.5, width), np.linspace(-1, 1, height))
    return _encoded(Image.fromarray((255 * np.clip(1.4 - 1.8 * np.hypot(x, y - 0.35), 0, 1)).astype(np.uint8)), "PNG")


def jpeg(picture: Image.Image) -> bytes:
    """The picture as a JPEG file."""
    return _encoded(picture, "JPEG", quality=90)


def _sky(x: Plane, y: Plane, sun: float) -> Plane:
    height = np.clip(y / 0.5, 0, 1)[..., None]
    sky = np.array([0.20, 0.27, 0.42]) * (1 - height) + np.array([0.86, 0.60, 0.42]) * height
    distance = np.hypot((x - sun) * 1.5, y - 0.40)
    disc = np.clip((0.033 - distance) * 400, 0, 1)[..., None]
    glow = np.exp(-distance / 0.17)[..., None]
    return np.asarray((sky + glow * np.array([0.32, 0.20, 0.06])) * (1 - disc) + disc * np.array([1.0, 0.93, 0.74]))


def _outline(x: Plane, random: np.random.Generator, strength: float) -> Plane:
    waves = zip((1.3, 2.9, 6.1, 13.0, 27.0, 59.0), random.uniform(0, 6.28, 6), strict=True)
    rough = np.sum([np.sin(x * 6.28 * f + phase) / f**1.05 for f, phase in waves], axis=0)
    return np.asarray(strength * rough)


def _with_lake(picture: Plane, y: Plane, random: np.random.Generator) -> Plane:
    height = picture.shape[0]
    shore = round(height * 0.80)
    rows = np.arange(shore, height)
    ripple = (random.normal(0, 1, len(rows)) * (rows - shore) * 0.03).astype(int)
    mirrored = picture[np.clip(2 * shore - rows - round(height * 0.02) + ripple - (rows - shore), 0, height - 1)]
    dim = 0.62 - 0.3 * ((rows - shore) / len(rows))[:, None, None]
    return np.concatenate((picture[:shore], mirrored * dim + np.array([0.02, 0.035, 0.05])))


def _developed(linear: Plane, look: Look) -> Image.Image:
    warm = np.array([1 + 0.35 * look.warmth, 1.0, 1 - 0.35 * look.warmth])
    picture = np.clip(linear, 0, 1) ** 1.25 * 2**look.ev * warm
    gray = picture.mean(axis=2, keepdims=True)
    picture = gray + (picture - gray) * look.saturation
    picture = np.clip(picture, 0, 1)
    picture = picture + look.contrast * (picture - 0.4) * picture * (1 - picture) * 2
    grain = np.random.default_rng(7).normal(0, 0.006, picture.shape[:2])[..., None]
    return Image.fromarray((np.clip(picture + grain, 0, 1) ** 0.87 * 255).astype(np.uint8))


def _encoded(picture: Image.Image, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()
