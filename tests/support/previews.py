"""Previews of states, drawn instead of rendered."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image

from chemigram_core.digest import Digest
from chemigram_core.previews.image_identity import present_identity
from chemigram_core.previews.preview_name import PreviewName, Rendering
from chemigram_core.previews.previews import Previews
from chemigram_core.repository import Repository


def jpeg(level: int = 100, size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture that differs from all others."""
    file = io.BytesIO()
    Image.effect_noise(size, level).save(file, "JPEG")
    return file.getvalue()


def put_preview(repository: Repository, snapshot: Digest, data: bytes | None = None) -> PreviewName:
    """Add a preview of a snapshot with the image as it is."""
    image = present_identity(repository.image) or "0" * 16
    rendering = Rendering.of(repository.states.edit(snapshot), image, 1024, "4.2.1")
    return Previews(repository.root).put(snapshot, rendering, data or jpeg())


def put_previews(repository: Repository, snapshots: Iterable[Digest]) -> dict[Digest, bytes]:
    """Add a preview of each snapshot; returns the bytes."""
    pictures = {snapshot: jpeg(number % 200 + 1) for number, snapshot in enumerate(snapshots)}
    for snapshot, data in pictures.items():
        put_preview(repository, snapshot, data)
    return pictures
