"""library.json: marks the root of a library, and records the shoot that each folder was imported from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chemigram_core.durable.json_file import read_object, write_object
from chemigram_core.errors import StoreFailed
from chemigram_core.folder_kind import LIBRARY_FILE

_FOLDERS = "folders"


class LibraryFileDamaged(StoreFailed):
    """library.json can't be read."""

    def __init__(self, root: Path, found: str) -> None:
        super().__init__(f"damaged library.json ({found}): {root / LIBRARY_FILE}; restore it, or remove it")


def read_shoots(root: Path) -> dict[str, str]:
    """The shoot that each folder came from, by the folder's path below `root`. Raises LibraryFileDamaged."""
    try:
        folders = (read_object(root, LIBRARY_FILE) or {}).get(_FOLDERS, {})
        return {str(folder): str(shoot) for folder, shoot in folders.items()}
    except (ValueError, AttributeError) as error:
        raise LibraryFileDamaged(root, str(error)) from error


def remember_shoot(root: Path, folder: str, shoot: Path) -> None:
    """Record where a folder came from. For the holder of the library's lock. Raises LibraryFileDamaged, OSError."""
    before = read_shoots(root)
    shoots: Mapping[str, str] = {**before, folder: str(shoot)}
    if shoots != before:
        write_object(root, LIBRARY_FILE, {**(read_object(root, LIBRARY_FILE) or {}), _FOLDERS: shoots})
