"""A gallery: the pages of an image or of a library, with their pictures, in a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from chemigram_core.errors import ChemigramError
from chemigram_core.gallery.copies import Copies
from chemigram_core.gallery.folder import new_gallery
from chemigram_core.gallery.image_page import ImagePage, image_page
from chemigram_core.gallery.overview import Card, Overview
from chemigram_core.gallery.page.html import image_html, overview_html
from chemigram_core.gallery.pictures import Picture
from chemigram_core.library.members import Member
from chemigram_core.progress import Progress, silent
from chemigram_core.repository import Repository
from chemigram_core.status.image_status import ImageStatus, damage, image_status

PAGE_FILE = "index.html"
_IMAGES = "images"  # the folder of the images' pages in the gallery of a library
_TASK = "writing pages"


def image_gallery(repository: Repository, name: str, target: Path) -> ImagePage:
    """Write the gallery of one image. Raises NotAGallery, StoreFailed, OSError."""
    with new_gallery(target) as folder:
        page = image_page(repository, name, Copies(repository, folder))
        _write(folder, image_html(page))
    return page


def library_gallery(members: Sequence[Member], name: str, target: Path, on_progress: Progress = silent) -> Overview:
    """Write the gallery of a library: an overview, and a page for each image.

    An image that can't be read has a card that says why. Raises NotAGallery, OSError.
    """
    with new_gallery(target) as folder:
        cards = []
        for number, member in enumerate(members, start=1):
            cards.append(_with_page(folder, member))
            on_progress(_TASK, number, len(members))
        overview = Overview(name, cards)
        _write(folder, overview_html(overview))
    return overview


def _with_page(gallery: Path, member: Member) -> Card:
    """Write the page of one image of a library; returns its card."""
    if member.error is not None:
        return _card(member, ImageStatus(attention=[damage(member.error)]))
    folder, status = gallery / _IMAGES / member.path, image_status(member.root)
    try:
        repository = Repository(member.root)
        page = image_page(repository, member.path, Copies(repository, folder))
    except (ChemigramError, OSError) as error:
        if (found := damage(error)) not in status.attention:
            status.attention.append(found)
        return _card(member, status)
    _write(folder, image_html(page, overview=os.path.relpath(gallery / PAGE_FILE, folder)))
    return _card(member, status, page)


def _card(member: Member, status: ImageStatus, page: ImagePage | None = None) -> Card:
    head = None if page is None else page.head
    small = None if head is None else head.small
    return Card(
        member.path,
        None if page is None else f"{_IMAGES}/{member.path}/{PAGE_FILE}",
        head,
        small and Picture(f"{_IMAGES}/{member.path}/{small.path}", small.width, small.height),
        0 if page is None else len(page.states),
        status.tags,
        status.attention,
    )


def _write(folder: Path, html: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE_FILE).write_text(html, encoding="utf-8")
