"""The tagged images that have masks in the tagged state. Reads each state once, unverified."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from cachetools import LRUCache, cached

from chemigram_core.errors import ChemigramError
from chemigram_core.library.tag_folders import TaggedImage
from chemigram_core.library.tag_index import TaggedImages
from chemigram_core.names import TagName
from chemigram_core.repository import Repository

_LISTINGS = 100  # of one tag in one folder each


def _moment(_: Path, tagged: TaggedImages, tag: TagName) -> Hashable:
    return tagged.generation, tag


@cached(LRUCache(_LISTINGS), _moment, Lock())
def images_with_masks(folder: Path, tagged: TaggedImages, tag: TagName) -> dict[str, TaggedImage]:
    """The images by their names; `folder` holds their repositories. A state that can't be read shows no masks."""
    images = tagged.folders[tag].images
    return {name: image for name, image in images.items() if _has_masks(folder / image.repository, tag)}


def _has_masks(root: Path, tag: TagName) -> bool:
    with suppress(ChemigramError, OSError):
        repository = Repository(root)
        if (state := repository.refs.read(tag)) is not None:
            return bool(repository.states.peek_unverified(state).masks)
    return False
