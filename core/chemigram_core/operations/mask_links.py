"""masks/<name>.png of a repository: the masks of HEAD's state as relative symlinks, for people and other programs.

Nothing of ours reads them. They are put right after the ref whenever something was saved or checked out, so a failure
here takes nothing back: the next save, checkout or fsck does it again.
"""

from __future__ import annotations

import os
from contextlib import suppress

from chemigram_core.digest import Digest
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import ChemigramError, ObjectMissing
from chemigram_core.masks.registry_file import FOLDER
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

_SUFFIX = ".png"


def restore(repository: Repository) -> None:
    """Make the links those of HEAD's state, as far as that is possible. A real file in the place of one is left."""
    with suppress(OSError, ChemigramError), Folder.enter(repository.root, FOLDER) as folder:
        masks = {name.file_name: mask for name, mask in repository.head_masks().items()}
        for name in _links(folder) - masks.keys():
            folder.remove(name)
        for name, mask in masks.items():
            with suppress(ObjectMissing):
                if not _stands(folder, name, mask):
                    folder.link_symbolically(f"{os.pardir}/{repository.objects.path(mask, Kind.MASK)}", name)


def _links(folder: Folder) -> set[str]:
    return {name for name in folder.names() if name.endswith(_SUFFIX) and _target(folder, name)}


def _stands(folder: Folder, name: str, mask: Digest) -> bool:
    """Whether a name leads to the mask, or is a real file."""
    target = _target(folder, name)
    return target is not None and (not target or target.replace("/", "").removesuffix(_SUFFIX).endswith(mask))


def _target(folder: Folder, name: str) -> str | None:
    """Where a link leads; "" for a real file, None where nothing is."""
    try:
        return os.readlink(name, dir_fd=folder.descriptor)
    except FileNotFoundError:
        return None
    except OSError:
        return ""
