"""previews/ and preview.jpg: the pictures that were rendered, by time; a look-up renders and parses nothing."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from chemfs.tree.errors import NotFound, ReadOnly, Replaced
from chemfs.tree.nodes import File
from chemigram_core.log.entry import LogEntry
from chemigram_core.names import BranchName, TagName
from chemigram_core.operations.refs import create_branch, create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.previews.previews import FOLDER, Previews
from chemigram_core.repository import MAIN, Repository
from tests.support import builders
from tests.support.by_path import ByPath
from tests.support.counts import counted
from tests.support.memory import forget_everything
from tests.support.previews import jpeg, put_preview, put_previews

NAME = re.compile(r"\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d (.+)\.jpg")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Three states of an image, the first two with labels; the second one is on warm/first, and tagged."""
    repository = Repository.init(tmp_path / "r", builders.picture(tmp_path / "a.tif"))
    save_xmp(repository, MAIN, builders.sidecar(1), label="first look")
    save_xmp(repository, MAIN, builders.sidecar(2), label="warm/er \x1b[31m")
    create_branch(repository, BranchName("warm/first"))
    create_tag(repository, TagName("v1"))
    save_xmp(repository, MAIN, builders.sidecar(3))
    return repository


@pytest.fixture
def view(repository: Repository) -> ByPath:
    return ByPath(repository.root)


def words(view: ByPath, path: str) -> list[str]:
    """The names in a folder without their times."""
    return [match[1] if (match := NAME.fullmatch(name)) else name for name in view.names(path)]


def test_only_what_is_rendered_is_there_the_oldest_first(repository: Repository, view: ByPath) -> None:
    assert view.names("/previews") == ["index.html", "main", "warm"]
    assert view.names("/previews/main") == []
    first, second, third = builders.saves(repository)
    pictures = put_previews(repository, (third, first))
    assert words(view, "/previews/main") == ["first look", third[:12]]
    pictures |= put_previews(repository, (second,))
    assert words(view, "/previews/main") == ["first look", "warm_er _[31m", third[:12]]
    shown = [view.read(f"/previews/main/{name}") for name in view.names("/previews/main")]
    assert shown == [pictures[one] for one in (first, second, third)]
    assert view.names("/previews/warm") == ["first"]
    assert len(view.names("/previews/warm/first")) == 1


def test_sizes_are_exact_and_everything_listed_can_be_looked_at(repository: Repository, view: ByPath) -> None:
    pictures = put_previews(repository, builders.saves(repository))
    sizes = [view.node(f"/previews/main/{name}").stat().size_bytes for name in view.names("/previews/main")]
    assert sizes == [len(pictures[state]) for state in builders.saves(repository)]


def test_equal_labels_in_one_second_get_different_names(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "r")
    for exposure in (1, 2):
        state = save_xmp(repository, BranchName(f"b{exposure}"), builders.sidecar(exposure)).digest
        line = LogEntry("snapshot", state, "refs/heads/main", label="x" * 200, timestamp="2026-05-01T10:00:00+00:00")
        repository.log.append(line)
        put_preview(repository, state)
    names = ByPath(repository.root).names("/previews/main")
    assert sorted(names) == sorted(
        f"2026-05-01 10.00.00 {'x' * 100} {state[:12]}.jpg" for state in builders.snapshots(repository)
    )


@pytest.mark.parametrize("name", ["x.jpg", "2026-05-01 10.00.00 x.jpg", "2026-05-01", " .jpg", "..", "main.jpg"])
def test_other_names_are_not_found(view: ByPath, name: str) -> None:
    with pytest.raises(NotFound):
        view.node(f"/previews/main/{name}")


def test_each_state_has_its_picture_unlisted(repository: Repository, view: ByPath) -> None:
    _, second, third = builders.saves(repository)
    pictures = put_previews(repository, (second, third))
    for folder, state in (("/tags/v1", second), ("/heads/main", third), (f"/snapshots/{third}", third)):
        assert "preview.jpg" not in view.names(folder)
        assert view.read(f"{folder}/preview.jpg") == pictures[state]
        assert view.node(f"{folder}/preview.jpg").entry_seconds <= 1
        assert view.node(f"{folder}/preview.jpg").stat().mode == 0o400
    create_branch(repository, BranchName("first"), builders.saves(repository)[0])
    with pytest.raises(NotFound):
        view.node("/heads/first/preview.jpg")


def test_another_programs_preview_jpg_in_a_branch_goes_first(repository: Repository, view: ByPath) -> None:
    view.write("/heads/main/preview.jpg", b"mine")
    put_previews(repository, builders.saves(repository))
    assert view.read("/heads/main/preview.jpg") == b"mine"
    view.folder("/heads/main").remove("preview.jpg")
    assert view.read("/heads/main/preview.jpg").startswith(b"\xff\xd8")
    with pytest.raises(ReadOnly):
        view.open("/heads/main/preview.jpg", os.O_WRONLY | os.O_TRUNC)


def test_image_named_preview_jpg_is_the_image(tmp_path: Path) -> None:
    image = tmp_path / "preview.jpg"
    image.write_bytes(jpeg())
    repository = Repository.init(tmp_path / "r", image)
    state = save_xmp(repository, MAIN, builders.sidecar(1)).digest
    put_preview(repository, state)
    assert ByPath(repository.root).read(f"/snapshots/{state}/preview.jpg") == image.read_bytes()


def test_comparisons_show_both_sides(repository: Repository, view: ByPath) -> None:
    _, second, third = builders.saves(repository)
    pictures = put_previews(repository, (second,))
    assert "before.jpg" in view.names("/compare/v1..main")
    assert "after.jpg" not in view.names("/compare/v1..main")
    with pytest.raises(NotFound):
        view.node("/compare/v1..main/after.jpg")
    pictures |= put_previews(repository, (third,))
    assert view.read("/compare/v1..main/before.jpg") == pictures[second]
    assert view.read("/compare/v1..main/after.jpg") == pictures[third]
    assert view.read("/compare/main..v1/after.jpg") == pictures[second]


def test_a_picture_of_a_replaced_image_is_not_shown(repository: Repository, view: ByPath, tmp_path: Path) -> None:
    put_previews(repository, builders.saves(repository))
    (tmp_path / "a.tif").rename(tmp_path / "away.tif")
    assert len(view.names("/previews/main")) == 3, "the drive is unplugged"
    builders.picture(tmp_path / "a.tif", (30, 20))
    assert view.names("/previews/main") == []


def test_a_torn_picture_is_not_shown(repository: Repository, view: ByPath) -> None:
    put_previews(repository, builders.saves(repository))
    for file in (repository.root / FOLDER).iterdir():
        file.write_bytes(file.read_bytes()[:-9])
    assert view.names("/previews/main") == []
    with pytest.raises(NotFound):
        view.node("/heads/main/preview.jpg")


def test_a_newer_picture_is_another_file(repository: Repository, view: ByPath) -> None:
    state = repository.resolve("main")
    put_preview(repository, state)
    old = view.node("/heads/main/preview.jpg")
    put_preview(repository, state, jpeg(7))
    new = view.node("/heads/main/preview.jpg")
    assert isinstance(old, File)
    assert old.content != new.content
    with pytest.raises(Replaced):
        old.open(os.O_RDONLY)


def test_a_listing_reads_no_xmp_and_each_picture_once(repository: Repository, view: ByPath) -> None:
    states = builders.saves(repository)
    put_previews(repository, states)
    time.sleep(0.03)  # what has just changed is not cached
    forget_everything()
    with counted() as first:
        assert len(view.names("/previews/main")) == 3
    assert first.parses == 0
    with counted() as again:
        view.names("/previews/main")
    assert (again.parses, again.opens) == (0, 2), "previews/, to list it and to look at the files"
    assert first.opens >= again.opens + len(states)


def test_without_pictures_the_image_is_not_read(
    repository: Repository, view: ByPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Previews, "find_all", lambda *_: pytest.fail("looked for pictures"))
    assert view.names("/previews/main") == []
    with pytest.raises(NotFound):
        view.node("/tags/v1/preview.jpg")
