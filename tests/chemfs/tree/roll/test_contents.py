"""What a roll shows, and what it costs to list it: images and their branches under darktable's names."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import File, Folder
from chemfs.tree.roll import contents
from chemfs.tree.tree import Tree, walk
from chemigram_core.durable import beneath
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import checkout, create_branch, delete_branch, rename_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll.version_name import version_name
from chemigram_core.roll_file import FILE_NAME
from chemigram_core.sidecar import parse
from chemigram_core.store.objects import Kind
from tests.chemfs.tree.roll.conftest import make
from tests.support.builders import sidecar
from tests.support.by_path import ByPath
from tests.support.counts import counted

WARM, COLD = BranchName("warm"), BranchName("cold/blue")


def age(place: Path) -> None:
    """Make all folders older than the clock of file times ticks."""
    for folder, _, _ in os.walk(place):
        os.utime(folder, ns=(1, 1))


def roll(shoot: Path, *, read_only: bool = False) -> ByPath:
    return ByPath(shoot.parent, read_only=read_only)


def test_all_images_stand_side_by_side_with_their_branches(shoot: Path) -> None:
    view = roll(shoot)
    assert view.names("/shoot/roll") == ["a.NEF", "a.NEF.xmp", "a_01.NEF.xmp", "b.NEF", "b.NEF.xmp", "c.NEF"]
    assert view.names("/roll") == []
    assert view.names("/shoot") == ["README.txt", "roll", "tagged", "a.NEF", "b.NEF", "c.NEF"]
    assert view.read("/shoot/roll/b.NEF") == b"b.NEF"


def test_only_a_repository_that_is_mounted_itself_has_a_roll(shoot: Path) -> None:
    assert "roll" not in roll(shoot).names("/shoot/a.NEF")
    view = ByPath(shoot / "a.NEF")
    assert "roll" in view.names("/")
    assert view.names("/roll") == ["a.NEF", "a.NEF.xmp", "a_01.NEF.xmp"]


def test_number_0_is_shown_byte_for_byte_and_a_duplicate_with_a_name(shoot: Path) -> None:
    view, repository = roll(shoot), Repository(shoot / "a.NEF")
    stored = repository.objects.read(repository.tip(MAIN), Kind.SNAPSHOT)
    assert view.read("/shoot/roll/a.NEF.xmp") == stored
    shown = view.read("/shoot/roll/a_01.NEF.xmp")
    assert version_name(parse(shown)) == "warm"
    assert view.node("/shoot/roll/a_01.NEF.xmp").stat().size_bytes == len(shown)


def test_a_checkout_changes_nothing_that_is_shown(shoot: Path) -> None:
    view = roll(shoot)
    before = view.read("/shoot/roll/a.NEF.xmp")
    checkout(Repository(shoot / "a.NEF"), OnBranch(WARM))
    assert view.read("/shoot/roll/a.NEF.xmp") == before


def test_branch_changes_show(shoot: Path) -> None:
    view, repository = roll(shoot), Repository(shoot / "a.NEF")
    view.names("/shoot/roll")
    rename_branch(repository, WARM, COLD)
    assert version_name(parse(view.read("/shoot/roll/a_01.NEF.xmp"))) == COLD
    create_branch(repository, BranchName("cold/red"))
    assert "a_02.NEF.xmp" in view.names("/shoot/roll")
    delete_branch(repository, COLD)
    assert "a_01.NEF.xmp" not in view.names("/shoot/roll")
    with pytest.raises(NotFound):
        view.read("/shoot/roll/a_01.NEF.xmp")


def test_new_repositories_and_images_appear(shoot: Path) -> None:
    view = roll(shoot)
    view.names("/shoot/roll")
    make(shoot, "d.NEF")
    assert "d.NEF" in view.names("/shoot/roll")
    (shoot / "e").mkdir()
    view.names("/shoot/roll")
    Repository.init(shoot / "e", shoot / "a.NEF" / "raw" / "a.NEF")
    assert view.names("/shoot/roll").count("a.NEF") == 1, "the repository that is named like its image"


def test_sidecar_of_another_image_is_not_a_duplicate(shoot: Path) -> None:
    repository = make(shoot, "a_01.NEF")
    save_xmp(repository, MAIN, sidecar(9))
    view = roll(shoot)
    shown = view.names("/shoot/roll")
    assert [name for name in shown if name.startswith("a")] == [
        "a.NEF",
        "a.NEF.xmp",
        "a_01.NEF",
        "a_01.NEF.xmp",
        "a_02.NEF.xmp",
    ]
    assert view.read("/shoot/roll/a_01.NEF.xmp") == repository.objects.read(repository.tip(MAIN), Kind.SNAPSHOT)


def test_damaged_repository_does_not_hide_others(shoot: Path) -> None:
    (shoot / "a.NEF" / FILE_NAME).write_text("damaged")
    (shoot / "b.NEF" / "HEAD").write_text("damaged")
    assert roll(shoot).names("/shoot/roll") == ["a.NEF", "b.NEF", "c.NEF"]


def test_a_read_only_mount_gives_numbers_and_writes_none(shoot: Path) -> None:
    view = roll(shoot, read_only=True)
    assert "a_01.NEF.xmp" in view.names("/shoot/roll")
    assert not (shoot / "a.NEF" / FILE_NAME).exists()
    roll(shoot).names("/shoot/roll")
    assert (shoot / "a.NEF" / FILE_NAME).exists()


def test_a_listing_opens_no_object_and_parses_no_xmp(shoot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roll(shoot).names("/shoot/roll")  # numbers are given
    opened: list[tuple[str, ...]] = []
    open_below = beneath.open_below

    def recorded(root: Path, parts: Sequence[str], flags: int) -> int:
        opened.append(tuple(parts))
        return open_below(root, parts, flags)

    monkeypatch.setattr(beneath, "open_below", recorded)
    with counted() as counts:
        assert len(roll(shoot).names("/shoot/roll")) == 6
    assert counts.parses == 0
    assert opened
    assert not any("objects" in parts for parts in opened)


def test_cost_of_a_listing_for_each_image(shoot: Path) -> None:
    for number in range(100):
        save_xmp(make(shoot, f"{number}.NEF"), MAIN, sidecar(number))
    roll(shoot).names("/shoot/roll")
    age(shoot)
    folder = roll(shoot).folder("/shoot/roll")
    with counted() as counts:
        assert len(list(folder.entries())) == 206
    assert counts.opens <= 5 * 103 + 10
    assert counts.stats <= 16 * 103
    with counted() as counts:
        list(folder.entries())
    assert counts.opens == 0, "unchanged: a stat for each folder that would have another time"
    assert counts.stats <= 4 * 103 + 2


def test_a_listing_within_a_second_is_from_memory(shoot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "_SECONDS", 1_000.0)
    folder = roll(shoot).folder("/shoot/roll")
    list(folder.entries())
    with counted() as counts:
        assert len(list(folder.entries())) == 6
    assert (counts.opens, counts.stats) == (0, 1)
    assert counts.calls <= 30


def test_only_the_changed_repository_is_read_again(shoot: Path) -> None:
    for number in range(50):
        save_xmp(make(shoot, f"{number}.NEF"), MAIN, sidecar(number))
    roll(shoot).names("/shoot/roll")
    age(shoot)
    folder = roll(shoot).folder("/shoot/roll")
    list(folder.entries())
    save_xmp(Repository(shoot / "7.NEF"), WARM, sidecar(900))
    time.sleep(0.05)
    with counted() as counts:
        assert "7_01.NEF.xmp" in [entry.name for entry in folder.entries()]
    assert counts.opens <= 20


def test_a_tree_for_darktable_lists_nothing_but_rolls(shoot: Path) -> None:
    tree = Tree(shoot.parent, for_darktable=True)
    assert _walked(tree.root, "") == {f"/shoot/roll/{name}" for name in roll(shoot).names("/shoot/roll")}
    assert isinstance(walk(tree.root, "shoot/a.NEF/heads/main/image.xmp"), File), "everything else can be named"
    one = Tree(shoot / "a.NEF", for_darktable=True)
    assert _walked(one.root, "") == {"/roll/a.NEF", "/roll/a.NEF.xmp", "/roll/a_01.NEF.xmp"}
    assert isinstance(walk(one.root, "log.jsonl"), File)


def _walked(folder: Folder, path: str) -> set[str]:
    """The paths of all files that a recursive import finds."""
    found: set[str] = set()
    for name, _ in folder.entries():
        node = folder.lookup(name)
        found |= _walked(node, f"{path}/{name}") if isinstance(node, Folder) else {f"{path}/{name}"}
    return found
