"""The public interface: repositories and libraries. `chemigram_core` exports these names, loaded on first use."""

from __future__ import annotations

from pathlib import Path

from chemigram_core.api.library import Library, import_shoot
from chemigram_core.api.repository import Repository, StrPath
from chemigram_core.repository import Repository as CoreRepository

__all__ = ["Library", "Repository", "import_shoot", "init", "open"]


def open(path: StrPath, *, trust: bool = False) -> Repository:
    """The repository in the folder `path`. Raises NotARepository.

    Another user's is written only with `trust`: without it, a write raises ForeignRepository.
    """
    return Repository(path, trust=trust)


def init(path: StrPath, *, image: StrPath | None = None) -> Repository:
    """Create a repository in the folder `path`, or open the existing one. `image` is linked into it.

    Raises UnusableImageFile for a missing image, UnusableImage for its name, and OtherImage if the repository has
    another one, before anything is created.
    """
    CoreRepository.init(Path(path), None if image is None else Path(image))
    return Repository(path)
