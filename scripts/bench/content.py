"""Sidecars and masks of a realistic size."""

from __future__ import annotations

import io
import random

from PIL import Image

from tests.support.builders import sidecar

_WIDTH = 400


def edit(number: int) -> bytes:
    """A sidecar of about 20 KB; each number is another edit."""
    return sidecar(number, entries=46)


def noise(seed: int, size_bytes: int) -> bytes:
    """A gray PNG of noise, which no compression makes smaller."""
    height = size_bytes // _WIDTH
    picture = Image.frombytes("L", (_WIDTH, height), random.Random(seed).randbytes(_WIDTH * height))
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=0)
    return file.getvalue()
