"""The gallery page in a mount: a look at previews/ computes nothing, and the page follows the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from chemfs.tree.errors import ReadOnly
from chemfs.tree.nodes import File
from chemigram_core.names import TagName
from chemigram_core.operations import refs
from chemigram_core.repository import MAIN, Repository
from tests.support.by_path import ByPath
from tests.support.counts import counted
from tests.support.edited_scene import edited, save
from tests.support.memory import forget_everything
from tests.support.scene import PLAIN

PAGE = "/previews/page.html"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return edited(tmp_path / "IMG_0012.tif", size=(90, 60))


@pytest.fixture
def view(repository: Repository) -> ByPath:
    return ByPath(repository.root)


def page(view: ByPath) -> html.HtmlElement:
    return html.fromstring(view.read(PAGE).decode())


def test_the_index_leads_to_the_page(view: ByPath) -> None:
    assert view.names("/previews")[0] == "index.html"
    assert "page.html" not in view.names("/previews")
    assert b'content="0; url=page.html"' in view.read("/previews/index.html")
    assert page(view).xpath("//title/text()") == ["IMG_0012.tif"]


def test_listing_the_folder_computes_no_page(view: ByPath) -> None:
    view.names("/")
    forget_everything()
    with counted() as counts:
        for name in view.names("/previews"):
            view.node(f"/previews/{name}").stat()
    assert counts.parses == 0


def test_its_size_is_exact_and_it_is_computed_once(view: ByPath) -> None:
    size_bytes = view.node(PAGE).stat().size_bytes
    forget_everything()
    with counted() as counts:
        assert len(view.read(PAGE)) == size_bytes
    assert counts.parses == 0


def test_every_picture_of_the_page_is_in_the_mount(view: ByPath) -> None:
    shown = page(view)
    named = {*shown.xpath("//@src"), *shown.xpath("//@data-src")}
    assert len(named) == 7 + 2 * 2
    for path in named:
        assert view.read(f"/{path.removeprefix('../')}")[:4] in {b"\xff\xd8\xff\xe0", b"\x89PNG"}


def test_the_page_follows_the_repository(view: ByPath, repository: Repository) -> None:
    before = view.node(PAGE)
    save(repository, MAIN, 9, "newest", look=PLAIN, size=(90, 60))
    refs.create_tag(repository, TagName("done"), "main")
    after = view.node(PAGE)
    assert before.content != after.content
    assert page(view).xpath("//input[@checked]/@data-title") == ["newest"]
    assert "done" in page(view).text_content()


def test_only_the_owner_reads_it_and_nobody_writes_it(view: ByPath) -> None:
    node = view.node(PAGE)
    assert isinstance(node, File)
    assert node.stat().mode & 0o777 == 0o400
    with pytest.raises(ReadOnly):
        node.open(1)
