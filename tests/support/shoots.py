"""Folders of photographs with darktable's sidecars, and what an import of them left."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from chemigram_core.folder_kind import FolderKind, kind_of
from chemigram_core.repository import Repository
from tests.support.builders import sidecar


def image(folder: Path, name: str) -> Path:
    """An image, which no program here reads."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(b"picture of " + name.encode("utf-8", "surrogateescape"))
    return path


def edit(folder: Path, name: str, exposure: int, version_name: str = "", *, timestamp: int = 1) -> Path:
    """A sidecar with an edit; a duplicate may have a version name."""
    data = sidecar(exposure, timestamp=timestamp)
    if version_name:
        attribute = f'darktable:version_name="{version_name}"\n   darktable:raw_params'
        data = data.replace(b"darktable:raw_params", attribute.encode())
    path = folder / name
    path.write_bytes(data)
    return path


def shoot(folder: Path, images: int = 3) -> Path:
    """Images with sidecars; the first has two duplicates, and one more image in a folder has no sidecar."""
    for number in range(images):
        image(folder, f"{number}.NEF")
        edit(folder, f"{number}.NEF.xmp", number)
    edit(folder, "0_01.NEF.xmp", 101, "warm")
    edit(folder, "0_03.NEF.xmp", 103)
    image(folder / "more", "z.jpg")
    return folder


def tips(root: Path) -> dict[str, str]:
    """The branches of the repository at `root` with their states."""
    repository = Repository(root)
    return {str(branch): str(repository.refs.read(branch)) for branch in repository.refs.branches()}


Tips = dict[str, dict[str, str]]
"""The branches of repositories with their states, by the repositories' paths."""


def repositories(library: Path) -> Tips:
    """All repositories below a folder by their paths, with their branches."""
    return {path.relative_to(library).as_posix(): tips(path) for path in sorted(_repositories(library))}


def _repositories(folder: Path) -> Iterable[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink() and not path.name.startswith("."):
            if kind_of(str(path)) is FolderKind.REPOSITORY:
                yield path
            else:
                yield from _repositories(path)
