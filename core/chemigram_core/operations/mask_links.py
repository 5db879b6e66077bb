"""masks/<name>.png of a repository: the masks of HEAD's state as relative symlinks, for people and other programs.

chemfs never reads them. They are updated after the ref at each save and checkout, so a failure here undoes nothing:
the next save, checkout or fsck updates them again.
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
    """Update the links to HEAD's state as far as possible. A real file in place of a link is left alone."""
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
    """Whether a name is a link to the mask, or a real file."""
    target = _target(folder, name)
    return target is not None and (not target or target.replace("/", "").removesuffix(_SUFFIX).endswith(mask))


def _target(folder: Folder, name: str) -> str | None:
    """The target of a link; "" for a real file, None if nothing exists."""
    try:
        return os.readlink(name, dir_fd=folder.descriptor)
    except FileNotFoundError:
        return None
    except OSError:
        return ""
