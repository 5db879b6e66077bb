"""The link in raw/ to an image outside, which keeps the path as the user gave it.

An absolute path stays absolute, so the repository can be moved. A relative one stays relative, so the repository and
the photographs can be moved together; it is rewritten to lead from raw/ to the same file.
"""

from __future__ import annotations

import os
from pathlib import Path

from chemigram_core.durable.folder import Folder
from chemigram_core.durable.path_walk import Barred, without_links
from chemigram_core.image.errors import ImageUnavailable, OtherImage, UnusableImage, UnusableImageFile
from chemigram_core.image.location import locate, require_file
from chemigram_core.image.raw_folder import FOLDER, Image, broken_rule, find

_RELINK = "record its new path with `chemfs relink REPO FILE`, or create another repository"
_RENAME = "if this is the same photograph, `chemfs relink --rename` gives it the new name in every state"
_IN_RAW = "its file is in raw/ itself; move it elsewhere first"


def require_usable(name: str) -> None:
    """Raises UnusableImage for a file name that can't be in a state."""
    if rule := broken_rule(name):
        raise UnusableImage(name, rule)


def require_image(root: Path, file: Path) -> None:
    """Check that `file` can be the image of the repository at `root`, or of a new one. Writes nothing.

    Raises UnusableImage, UnusableImageFile; OtherImage if the repository has another image; OSError.
    """
    require_usable(file.name)
    status, present = require_file(file), find(root)
    if present is not None and not _is(present, status):
        raise OtherImage(present.place, _RELINK)


def link(root: Path, file: Path) -> None:
    """Make `file` the image of a repository that has none. For the holder of its lock. Raises as `require_image`."""
    require_image(root, file)
    if find(root) is None:
        _put(root, file)


def relink(root: Path, file: Path, *, rename: bool = False) -> None:
    """Make `file` the image of a repository, in place of the link that it has. For the holder of its lock.

    Sidecars are named after the image, so it keeps its name; it gets that of `file` only with `rename`. Raises
    UnusableImage, UnusableImageFile, OSError; OtherImage for another name, or if raw/ holds no link but an image.
    """
    require_usable(file.name)
    require_file(file)
    _refuse_inside(root, file)
    if (present := find(root)) is not None:
        _make_way(root, present, file.name, rename=rename)
    _put(root, file)


def _is(image: Image, status: os.stat_result) -> bool:
    try:
        return os.path.samestat(locate(image).status, status)
    except ImageUnavailable:
        return False


def _refuse_inside(root: Path, file: Path) -> None:
    """A link that leads through raw/ would lead to itself."""
    try:
        without_links(os.path.join(os.getcwd(), file), {_raw(root)})  # noqa: PTH109, PTH118
    except Barred as error:
        raise UnusableImageFile(file, "it leads through raw/ of the repository itself") from error


def _make_way(root: Path, present: Image, name: str, *, rename: bool) -> None:
    """Let a link of that name replace the present one: at any moment, raw/ names one image."""
    if not present.path.is_symlink():
        raise OtherImage(present.place, _IN_RAW)
    if present.name == name:
        return
    if not rename:
        raise OtherImage(present.place, _RENAME)
    if os.path.lexists(new := present.path.with_name(name)):
        raise OtherImage(str(new), _IN_RAW)
    with Folder.enter(root, FOLDER) as folder:
        folder.replace(present.name, name)


def _put(root: Path, file: Path) -> None:
    with Folder.make(root, FOLDER) as folder:
        folder.link_symbolically(_from_raw(file, root), file.name)


def _from_raw(file: Path, root: Path) -> str:
    """The path of `file` for a link in raw/ of a repository.

    Only names that are certainly not links are removed from a relative path, since `..` after a link leads elsewhere.
    """
    if file.is_absolute():
        return str(file)
    place, rest, raw = Path.cwd().parts, file.parts, Path(_raw(root))
    while rest and (rest[0] == ".." or raw.parts[: len(place) + 1] == (*place, rest[0])):
        place = (place[:-1] or place) if rest[0] == ".." else (*place, rest[0])
        rest = rest[1:]
    return str(Path(os.path.relpath(Path(*place), raw), *rest))


def _raw(root: Path) -> str:
    return f"{os.path.realpath(root)}/{FOLDER}"
