"""The folder of a tag: all images of one folder of a library that have the tag, side by side. Pure.

A slash in a tag makes a folder, so the images of `client` may be beside the folder of `client/v1`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from chemigram_core.library.flat_names import flat_names
from chemigram_core.names import TagName
from chemigram_core.shoot.file_names import SUFFIX

TOP = ""  # where the folders of all tags begin


@dataclass(frozen=True, slots=True)
class ImageTags:
    """The tags of one repository, the name of its image if it has one, and when its tags changed (ns since 1970)."""

    tags: Collection[TagName]
    image: str | None
    time_ns: int


@dataclass(frozen=True, slots=True)
class TaggedImage:
    """An image that has a tag: the name of its repository's folder, and whether there is an image beside the XMP."""

    repository: str
    has_image: bool


@dataclass(slots=True)
class TagContent:
    """The images in the folder of a tag by their names, the next parts of longer tags by theirs, and its time.

    If an image or its sidecar has the name of such a part, an underscore is appended to the part.
    """

    images: dict[str, TaggedImage] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    time_ns: int = 0


def tag_folders(images: Mapping[str, ImageTags]) -> dict[str, TagContent]:
    """The folder of each tag, and of the first parts of tags, by the tag or those parts; `images` are by repository."""
    names = flat_names({repository: about.image for repository, about in images.items()})
    folders: defaultdict[str, TagContent] = defaultdict(TagContent)
    for repository, about in sorted(images.items()):
        for tag in about.tags:
            _add_path(folders, tag, about.time_ns)
            folders[tag].images[names[repository]] = TaggedImage(repository, about.image is not None)
    for content in folders.values():
        content.images = dict(sorted(content.images.items()))
        content.folders = _apart(content.folders, content.images)
    return {TOP: TagContent(), **folders}


def _add_path(folders: Mapping[str, TagContent], tag: TagName, time_ns: int) -> None:
    """Add the folders that lead to a tag."""
    parts = tag.split("/")
    for end, part in enumerate((*parts, None)):
        content = folders["/".join(parts[:end])]
        content.time_ns = max(content.time_ns, time_ns)
        if part is not None:
            content.folders[part] = part


def _apart(parts: Iterable[str], images: Iterable[str]) -> dict[str, str]:
    """The parts of tags by names that differ from those of the files beside them."""
    used = {name for image in images for name in (image, f"{image}{SUFFIX}")}
    shown = {part: part for part in sorted(parts) if part not in used}
    for part in sorted(set(parts) & used):
        name = part
        while name in used or name in shown:
            name += "_"
        shown[name] = part
    return shown
