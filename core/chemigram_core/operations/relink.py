"""Records where the image of a repository is now."""

from __future__ import annotations

from pathlib import Path

from chemigram_core.durable.lock import locked
from chemigram_core.image import raw_link
from chemigram_core.repository import Repository


def relink(repository: Repository, file: Path, *, rename: bool = False) -> None:
    """Make `file` the image of a repository: its drive was renamed, or the photographs were moved.

    The link in raw/ is replaced in one step, durably and under the repository's lock. It keeps the path as it is given
    (`image/raw_link.py`). Nothing else changes, and neither image is read or written. A repository without an image
    gets one.

    The name that the image has in every state stays, since sidecars are named after it: a file of another name raises
    OtherImage, unless `rename` is given. Raises UnusableImage for a name that can't be in a state, UnusableImageFile
    for a file that is missing, not a regular file, or inside a chemfs mount; OtherImage, too, if raw/ holds the image
    itself instead of a link. Then nothing has changed. Raises OSError.
    """
    with locked(repository.root):
        raw_link.relink(repository.root, file, rename=rename)
