"""The preview of a state as a file. Nothing is rendered here."""

from __future__ import annotations

from collections.abc import Hashable

from chemfs.tree.errors import NotFound, Replaced
from chemfs.tree.nodes import File
from chemfs.tree.objects import READ_ONLY_MODE
from chemfs.tree.open_files import Caching, DescriptorFile, OpenFile, Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.permissions import read_only
from chemigram_core.digest import Digest
from chemigram_core.previews.preview_file import Preview
from chemigram_core.previews.previews import FOLDER


class PreviewFile(File):
    """A preview as it was looked up. The node stands for its bytes: a newer picture of the state has another one."""

    __slots__ = ("_opened", "_preview", "content")

    def __init__(self, opened: Opened, preview: Preview) -> None:
        self._opened = opened
        self._preview = preview
        self.content: Hashable = preview.name.file_name

    def stat(self) -> Stat:
        status = self._preview.status
        folder = f"{self._opened().repository.root}/{FOLDER}"
        return Stat(status.st_size, status.st_mtime_ns, *read_only(status, folder))

    def open_to_read(self) -> OpenFile:
        """Raises Replaced if it was removed meanwhile."""
        if (descriptor := self._opened().preview_look.open(self._preview.name)) is None:
            raise Replaced("preview.jpg")
        return DescriptorFile(descriptor, Caching.KEEP, READ_ONLY_MODE)


def preview_of(opened: Opened, snapshot: Digest) -> PreviewFile:
    """The preview of a state. Raises NotFound."""
    if (preview := opened().preview_look.find_all((snapshot,)).get(snapshot)) is None:
        raise NotFound("the preview")
    return PreviewFile(opened, preview)
