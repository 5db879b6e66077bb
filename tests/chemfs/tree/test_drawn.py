"""drawn/ in the tree: in each state, read-only, with exact sizes, and nothing rendered before it is read."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemfs.tree.errors import IsAFolder, NotEmpty, NotFound, NotPermitted, ReadOnly
from chemfs.tree.nodes import Folder
from chemfs.tree.tree import Tree
from chemigram_core.digest import Digest
from chemigram_core.drawn_files import image_header
from chemigram_core.image.location import open_image
from chemigram_core.image.raw_folder import Image
from chemigram_core.masks.png.pixels import decode
from chemigram_core.names import TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.repository import Repository
from tests.support.builders import picture
from tests.support.by_path import ByPath
from tests.support.counts import counted
from tests.support.drawn_samples import ROUND, TILTED
from tests.support.drawn_states import SIZE, disc, drawn_repository, renderings, save_drawn

NAMES = ["README.txt", "velvia-m0.png", "velvia-m1.png", "shapes"]
HIDDEN_SECONDS = 2.5


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = drawn_repository(tmp_path)
    save_drawn(made, ROUND, TILTED)
    create_tag(made, TagName("v1"))
    return made


@pytest.fixture
def view(repository: Repository) -> ByPath:
    return ByPath(repository.root)


@pytest.fixture
def state(repository: Repository) -> Digest:
    return repository.resolve("v1")


def files(view: ByPath, folder: str) -> Iterator[str]:
    """The paths of all files in a folder and those in it."""
    for entry in view.entries(folder):
        path = f"{folder}/{entry.name}"
        if entry.kind.name == "FOLDER":
            yield from files(view, path)
        else:
            yield path


@pytest.mark.parametrize("folder", ["tags/v1", "heads/main", "snapshots/{state}"])
def test_each_state_has_a_drawn_folder(view: ByPath, state: Digest, folder: str) -> None:
    place = folder.format(state=state)
    assert "drawn" in view.names(place)
    assert view.names(f"{place}/drawn") == NAMES
    assert view.names(f"{place}/drawn/shapes") == ["#1001 (1001).png", "#1003 (1003).png"]


def test_sizes_are_exact_and_looking_renders_nothing(view: ByPath) -> None:
    with renderings() as rendered:
        sizes = {path: view.node(path).stat().size_bytes for path in files(view, "tags/v1/drawn")}
        assert not rendered
        assert sizes == {path: len(view.read(path)) for path in sizes}
        assert len(rendered) == 4
    assert len(sizes) == 5


def test_a_picture_is_the_same_wherever_its_state_is_shown(view: ByPath, state: Digest) -> None:
    places = ("tags/v1", "heads/main", f"snapshots/{state}")
    assert len({view.read(f"{place}/drawn/velvia-m0.png") for place in places}) == 1


def test_looking_at_states_parses_nothing_until_it_is_opened(view: ByPath, repository: Repository) -> None:
    states = [save_drawn(repository, disc(number)) for number in range(10)]
    for one in states:
        view.names(f"snapshots/{one}")
    with renderings() as rendered, counted() as counts:
        for one in states:
            view.names(f"snapshots/{one}")
            view.node(f"snapshots/{one}/drawn")
    assert (counts.parses, rendered) == (0, [])
    with counted() as counts:
        for _ in range(2):
            for one in states:
                list(files(view, f"snapshots/{one}/drawn"))
    assert counts.parses <= len(states)


def test_an_image_is_opened_once_for_all_states(
    view: ByPath, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    states, opened = [save_drawn(repository, disc(number)) for number in range(5)], list[Image]()

    def counted_open(image: Image) -> int:
        opened.append(image)
        return open_image(image)

    time.sleep(0.03)
    monkeypatch.setattr(image_header, "open_image", counted_open)
    with renderings():
        for state in states:
            view.read(f"snapshots/{state}/drawn/velvia-m0.png")
    assert len(opened) == 1


@pytest.mark.parametrize("place", ["tags/v1", "heads/main"])
def test_drawn_folder_is_read_only(view: ByPath, place: str) -> None:
    for name in ("velvia-m0.png", "README.txt"):
        with pytest.raises(ReadOnly):
            view.open(f"{place}/drawn/{name}", os.O_WRONLY)
    with pytest.raises(ReadOnly):
        view.open(f"{place}/drawn/other.png", os.O_WRONLY | os.O_CREAT)
    with pytest.raises(ReadOnly):
        view.make_folder(f"{place}/drawn/other")
    with pytest.raises(ReadOnly):
        view.rename(f"{place}/drawn/velvia-m0.png", f"{place}/drawn/other.png")


def test_missing_picture_is_not_found(view: ByPath) -> None:
    for path in ("drawn/other.png", "drawn/shapes/other.png", "drawn/shapes/README.txt"):
        with pytest.raises(NotFound):
            view.node(f"tags/v1/{path}")


def test_drawn_folder_of_a_branch_without_a_state_is_empty(tmp_path: Path) -> None:
    view = ByPath(drawn_repository(tmp_path).root)
    assert view.names("heads/main/drawn") == []
    with pytest.raises(NotFound):
        view.node("heads/main/drawn/README.txt")


def test_the_next_save_is_shown(view: ByPath, repository: Repository) -> None:
    before = view.read("heads/main/drawn/velvia-m0.png")
    save_drawn(repository, disc(1))
    assert view.names("heads/main/drawn") == ["README.txt", "velvia-m0.png", "shapes"]
    assert view.read("heads/main/drawn/velvia-m0.png") != before


def test_drawn_folder_reappears_after_a_branch_was_emptied(view: ByPath, repository: Repository) -> None:
    drawn = view.folder("heads/main/drawn")
    with pytest.raises(NotEmpty):
        view.folder("heads/main").remove_folder("drawn")
    with pytest.raises(NotEmpty):
        drawn.remove_folder("shapes")
    for path in files(view, "heads/main/drawn"):
        view.remove(path)
    drawn.remove_folder("shapes")
    assert view.names("heads/main/drawn") == []
    view.folder("heads/main").remove_folder("drawn")
    time.sleep(HIDDEN_SECONDS)
    assert view.names("heads/main/drawn") == NAMES
    assert len(list(repository.log.entries())) == 2, "that is no change of the branch"


def test_it_is_a_name_of_the_branch(view: ByPath) -> None:
    with pytest.raises(IsAFolder):
        view.remove("heads/main/drawn")
    with pytest.raises(NotPermitted):
        view.make_link("x", "heads/main/drawn")
    with pytest.raises(NotPermitted):
        view.rename("heads/main/image.xmp", "heads/main/drawn")


def test_the_kernel_asks_again_after_a_second(view: ByPath, state: Digest) -> None:
    for place in ("tags/v1", "heads/main", f"snapshots/{state}"):
        for path in ("drawn", "drawn/README.txt", "drawn/velvia-m0.png", "drawn/shapes"):
            node = view.node(f"{place}/{path}")
            assert (node.entry_seconds, node.stat_seconds) == (1.0, 1.0)


def test_replaced_image_makes_another_file(view: ByPath, tmp_path: Path) -> None:
    before = view.node("tags/v1/drawn/velvia-m0.png")
    opened = view.open("tags/v1/drawn/velvia-m0.png")
    picture(tmp_path / "b.tif", (60, 90)).rename(tmp_path / "a.tif")
    after = view.node("tags/v1/drawn/velvia-m0.png")
    assert before.content != after.content
    assert len(view.read("tags/v1/drawn/velvia-m0.png")) == after.stat().size_bytes != before.stat().size_bytes
    assert opened.stat().size_bytes == before.stat().size_bytes == len(opened.read(1 << 20, 0))
    (tmp_path / "a.tif").unlink()
    assert view.names("tags/v1/drawn") == ["README.txt"]
    assert b"There are no pictures" in view.read("tags/v1/drawn/README.txt")


def test_permissions_of_the_image_apply(view: ByPath, repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "a.tif").chmod(0o600)
    assert view.node("tags/v1/drawn/velvia-m0.png").stat().mode & 0o077 == 0
    assert view.node("tags/v1/drawn/velvia-m0.png").stat().mode & 0o222 == 0


def test_a_comparison_shows_what_changed_in_drawn_masks(view: ByPath, repository: Repository) -> None:
    save_drawn(repository, disc(1), TILTED)
    with renderings() as rendered:
        assert "drawn" in view.names("compare/v1..main")
        assert view.names("compare/v1..main/drawn") == ["velvia-m0.png", "shapes"]
        assert view.names("compare/v1..main/drawn/shapes") == ["#1001 (1001).png"]
        assert not rendered
        png = view.read("compare/v1..main/drawn/velvia-m0.png")
        assert len(rendered) == 2
    assert decode(png).shape == (*SIZE[::-1], 3)
    assert view.names("compare/v1..v1/drawn") == []
    with pytest.raises(NotFound):
        view.node("compare/v1..main/drawn/velvia-m1.png")


def test_a_comparison_of_drawn_masks_follows_the_image(view: ByPath, repository: Repository, tmp_path: Path) -> None:
    save_drawn(repository, disc(1), TILTED)
    place = "compare/v1..main/drawn/velvia-m0.png"
    assert decode(view.read(place)).shape == (60, 90, 3)
    picture(tmp_path / "b.tif", (60, 90)).rename(tmp_path / "a.tif")
    assert decode(view.read(place)).shape == (90, 60, 3)


def test_rolls_and_tagged_states_have_no_drawn_masks(tmp_path: Path) -> None:
    """darktable would take each picture for an image of its own."""
    library = tmp_path / "library"
    (library / "shoot").mkdir(parents=True)
    (library / "library.json").write_text("{}")
    repository = drawn_repository(tmp_path)
    repository.root.rename(library / "shoot" / "a.tif")
    moved = Repository(library / "shoot" / "a.tif")
    save_drawn(moved, ROUND)
    create_tag(moved, TagName("v1"))
    view = ByPath(library)
    assert "drawn" in view.names("shoot/a.tif/tags/v1")
    for folder in ("shoot/roll", "shoot/tagged/v1"):
        assert not [path for path in files(view, folder) if path.endswith(".png")]
    root = Tree(library, for_darktable=True).root
    assert [path for path in names_in(root) if path.endswith("a.tif")] == ["shoot/roll/a.tif"]
    assert not [path for path in names_in(root) if "drawn" in path]


def names_in(folder: Folder, above: str = "") -> Iterator[str]:
    """The paths of all that is listed below a folder."""
    for entry in folder.entries():
        node, path = folder.lookup(entry.name), f"{above}{entry.name}"
        yield from names_in(node, f"{path}/") if isinstance(node, Folder) else (path,)
