"""tagged/: what was delivered. The images of a library's folder that have a tag, flat, each beside its XMP; read-only.

tagged/<tag>/ has IMG.EXT, IMG.EXT.xmp and masks/<IMG.EXT>/<name>.png. What it holds is known from names alone, but for
masks/: to list them, each state is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from chemfs.tree.errors import NotFound
from chemfs.tree.image_file import listed_image
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.tags import TagFolder
from chemigram_core.layout import MASK_FOLDER, XMP_FILE
from chemigram_core.library.tag_folders import TOP, TagContent, TaggedImage
from chemigram_core.library.tag_index import TaggedImages, TagIndex, tag_index
from chemigram_core.library.tagged_masks import images_with_masks
from chemigram_core.library_folders import Parts
from chemigram_core.names import TagName
from chemigram_core.shoot.file_names import SUFFIX

_MODE = 0o755

OpenedIn = Callable[[str], Opened]
"""The way to ask for a repository beside `tagged/`, by the name of its folder."""


def tagged_folder(root: Path, parts: Parts, opened_in: OpenedIn) -> Folder:
    """tagged/ of the folder `parts` in the library at `root`."""
    return TaggedFolder(tag_index(root, tuple(parts)), opened_in, TOP)


class TaggedFolder(Folder):
    """tagged/, or the folder of a tag in it, or one that leads to longer tags."""

    __slots__ = ("_index", "_opened_in", "_tag")

    def __init__(self, index: TagIndex, opened_in: OpenedIn, tag: str) -> None:
        self._index, self._opened_in, self._tag = index, opened_in, tag

    @property
    def listed(self) -> int:
        return self._index.current().generation

    def stat(self) -> Stat:
        return Stat(0, self.found(self._index.recent()).time_ns, _MODE)

    def lookup(self, name: str) -> Node:
        tagged = self._index.recent()
        node = self._node(tagged, name)
        if node is None and not self._is_of_images(tagged):
            # So a program that has just set a tag finds it. Among images a new one may take a second, since darktable
            # asks for several names of each that are missing.
            node = self._node(self._index.look(), name)
        if node is None:
            raise NotFound(name)
        return node

    def entries(self) -> Iterator[Entry]:
        tagged = self._index.current()
        for name, image in self.found(tagged).images.items():
            if image.has_image:
                yield Entry(name, NodeKind.FILE)
            yield Entry(f"{name}{SUFFIX}", NodeKind.FILE)
        yield from (Entry(name, NodeKind.FOLDER) for name in self.found(tagged).folders)
        if self.masked(tagged):
            yield Entry(MASK_FOLDER, NodeKind.FOLDER)

    def found(self, tagged: TaggedImages) -> TagContent:
        """What is in it. Raises NotFound if nothing has the tag any more."""
        if (content := tagged.folders.get(self._tag)) is None:
            raise NotFound(self._tag)
        return content

    def masked(self, tagged: TaggedImages) -> Mapping[str, TaggedImage]:
        """The images with masks, by name."""
        images = self.found(tagged).images
        return images_with_masks(self._index.folder, tagged, TagName(self._tag)) if images else {}

    def masked_now(self) -> Mapping[str, TaggedImage]:
        """The same for a caller that has not looked yet."""
        return self.masked(self._index.current())

    def state(self, image: TaggedImage) -> TagFolder:
        """The state of an image that has this tag."""
        return TagFolder(self._opened_in(image.repository), TagName(self._tag))

    def _is_of_images(self, tagged: TaggedImages) -> bool:
        return self._tag in tagged.folders and bool(tagged.folders[self._tag].images)

    def _node(self, tagged: TaggedImages, name: str) -> Node | None:
        content = tagged.folders.get(self._tag, TagContent())
        if (part := content.folders.get(name)) is not None:
            return TaggedFolder(self._index, self._opened_in, f"{self._tag}/{part}" if self._tag else part)
        if (image := content.images.get(name)) is not None and image.has_image:
            return listed_image(self._opened_in(image.repository))
        if name.endswith(SUFFIX) and (image := content.images.get(name.removesuffix(SUFFIX))) is not None:
            return self.state(image).lookup(XMP_FILE)
        if name == MASK_FOLDER and self.masked(tagged):
            return MaskedFolder(self)
        return None


class MaskedFolder(Folder):
    """masks/ of a tag's folder: a folder for each image that has masks."""

    __slots__ = ("_tagged",)

    def __init__(self, tagged: TaggedFolder) -> None:
        self._tagged = tagged

    def stat(self) -> Stat:
        return self._tagged.stat()

    def lookup(self, name: str) -> Node:
        if (image := self._tagged.masked_now().get(name)) is None:
            raise NotFound(name)
        return self._tagged.state(image).lookup(MASK_FOLDER)

    def entries(self) -> Iterable[Entry]:
        return [Entry(name, NodeKind.FOLDER) for name in self._tagged.masked_now()]
