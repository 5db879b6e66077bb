"""What a path in a mount shows: the repository or the folder of a library on disk."""

from __future__ import annotations

from pathlib import Path

from chemfs.cli.errors import InsideMount
from chemfs.mount import daemon
from chemfs.mount.mountpoint import located
from chemigram_core.durable.mount_table import repository_mounts
from chemigram_core.folder_kind import FolderKind, kind_of
from chemigram_core.library_folders import RESERVED, Library


def mount_source(path: Path) -> Path:
    """The repository or folder on disk; the path itself outside of mounts. Accesses no mount.

    Raises InsideMount for another user's mount.
    """
    place, mounts = located(path), repository_mounts().places()
    mountpoint = next((folder for folder in (place, *place.parents) if str(folder) in mounts), None)
    if mountpoint is None:
        return path
    if (root := daemon.root_of(mountpoint)) is None:
        raise InsideMount(path)
    return _on_disk(root, place.relative_to(mountpoint).parts)


def _on_disk(root: Path, shown: tuple[str, ...]) -> Path:
    """The folder on disk that a path shows, at most as deep as a repository and as the first name without a folder."""
    if kind_of(str(root)) is not FolderKind.OTHER:
        return root
    library, parts = Library(root), list[str]()
    for name in shown:
        if name in RESERVED or library.kind(parts) is not FolderKind.OTHER:
            break
        parts.append(library.on_disk(parts, name))
    return library.path(parts)
