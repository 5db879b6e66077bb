"""Logs which images of a library are not there when it is mounted. Opens no repository.

It pauses after each repository: for a large library it would otherwise compete for seconds with the first listing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from pathlib import Path

from chemigram_core.image.errors import ImageUnavailable
from chemigram_core.image.location import image_problem
from chemigram_core.image.raw_folder import find

_NAMED = 10  # a drive that is unplugged may hold all of them
_PAUSE_SECONDS = 0.001  # ten times what the look at a repository takes

logger = logging.getLogger(__name__)


def log_missing_images(roots: Iterable[Path]) -> None:
    """A line for each of the first, and one that says how many more there are."""
    count = 0
    for root in roots:
        time.sleep(_PAUSE_SECONDS)
        if (problem := _problem(root)) is None:
            continue
        count += 1
        if count <= _NAMED:
            logger.warning("%s: %s", root.name, problem)
    if count > _NAMED:
        logger.warning("%d more images are not available; list them with `chemfs status`", count - _NAMED)


def _problem(root: Path) -> ImageUnavailable | None:
    try:
        image = find(root)
    except OSError:
        return None
    return None if image is None else image_problem(image)
