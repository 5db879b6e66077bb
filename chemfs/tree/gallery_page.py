"""The gallery page of an image in a mount: index.html in previews/, which leads to page.html beside it.

The page compares all states, so it is computed when page.html is opened by name, and not when previews/ is listed: like
preview.jpg, it is not listed. Its pictures are those that the mount shows.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from chemfs.tree.computed_files import ComputedFile
from chemfs.tree.open_repository import Opened, OpenRepository
from chemfs.tree.permissions import Permissions
from chemfs.tree.real_file import Text
from chemigram_core.digest import Digest
from chemigram_core.previews.preview_file import Preview

INDEX_FILE, PAGE_FILE = "index.html", "page.html"
_OWNER_ONLY = 0o400  # it shows the image, as previews do
_INDEX = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=page.html">
<title>History</title>
<p><a href="page.html">The history of this image as pictures</a></p>
</html>
"""


class GalleryPage(ComputedFile):
    """The page as it was looked up: a new state, name or picture makes another page."""

    __slots__ = ("content",)

    def __init__(self, opened: Opened) -> None:
        repository = opened()
        shown = repository.preview_look.find_listed()
        newest_ns = max((one.status.st_mtime_ns for one in shown.values()), default=0)
        self.content: Hashable = (PAGE_FILE, *_decisive(repository), frozenset(one.name for one in shown.values()))
        permissions = _own(repository)
        time_ns = max(newest_ns, repository.time_ns())
        super().__init__(repository.computed, self.content, time_ns, permissions, lambda: _html(opened(), shown))


def index_page(opened: Opened) -> Text:
    """index.html."""
    return Text(_INDEX, opened().time_ns(), opened().permissions())


def _decisive(opened: OpenRepository) -> tuple[Hashable, ...]:
    """Everything that the page depends on, except pictures; a state's text and masks follow from its identifier."""
    refs = opened.repository.refs
    names = tuple((name.ref, refs.read(name)) for name in (*refs.branches(), *refs.tags()))
    return opened.repository.log.extent(), opened.time_ns(), refs.head(), names


def _own(opened: OpenRepository) -> Permissions:
    folder = opened.permissions("objects")
    return folder._replace(mode=folder.mode & _OWNER_ONLY)


def _html(opened: OpenRepository, shown: Mapping[Digest, Preview]) -> bytes:
    from chemfs.tree.gallery_pictures import MountedPictures  # imported late: comparing and templates are large
    from chemigram_core.gallery.image_page import image_page
    from chemigram_core.gallery.page.html import image_html

    repository = opened.repository
    return image_html(image_page(repository, repository.root.name, MountedPictures(opened, shown))).encode()
