"""The real darktable window on a roll: a shoot with duplicates, each edit on the right branch of the right image."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from chemigram_core.names import BranchName
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll.save_number import TOOK_OVER
from chemigram_core.roll.version_name import with_version_name
from chemigram_core.roll_file import read_numbers
from chemigram_core.shoot.importer import import_shoot
from chemigram_core.sidecar import parse
from tests.darktable.conftest import NEEDS_DARKTABLE, Album, Shoot
from tests.support.builders import saves
from tests.support.daemon import Daemon
from tests.support.screen import Screen, wait_for
from tests.support.window import Photographer, darktable

pytestmark = NEEDS_DARKTABLE

SIDE_BY_SIDE = {"plugins/lighttable/images_in_row": "4", "ui_last/grouping": "FALSE"}
IN_ROLLS = {("a.tif", 0), ("a.tif", 1), ("b.tif", 0), ("c.tif", 0)}
WARM, NEW = BranchName("warm"), BranchName("version-01")


@pytest.fixture
def library(tmp_path: Path, shoot: Shoot) -> Path:
    """Three images, imported: one with a duplicate, one with a sidecar, and one without."""
    source = tmp_path / "camera" / "wedding"
    source.mkdir(parents=True)
    with Image.open(shoot.image) as picture:
        for name, shown in (("a", picture), ("b", ImageOps.mirror(picture)), ("c", ImageOps.flip(picture))):
            shown.save(source / f"{name}.tif")
    (source / "a.tif.xmp").write_bytes(shoot.brightened)
    (source / "b.tif.xmp").write_bytes(shoot.brightened)
    rated = with_version_name(parse(shoot.brightened.replace(b'xmp:Rating="1"', b'xmp:Rating="3"')), WARM)
    (source / "a_01.tif.xmp").write_bytes(rated.canonical())
    import_shoot(source, tmp_path / "library")
    return tmp_path / "library"


@pytest.fixture
def roll(library: Path, tmp_path: Path) -> Iterator[Path]:
    daemon = Daemon(library, tmp_path / "mnt")
    yield daemon.mountpoint / "wedding" / "roll"
    daemon.unmount()


@pytest.fixture
def photographer(tmp_path: Path) -> Photographer:
    return Photographer.at(tmp_path / "photographer", SIDE_BY_SIDE)


def repository(library: Path, name: str) -> Repository:
    return Repository(library / "wedding" / name)


def states(library: Path, name: str, branch: BranchName) -> int:
    """The snapshots of a branch that darktable did not make by itself."""
    lines = repository(library, name).log.of_ref(branch.ref)
    return sum(entry.op == "snapshot" and entry.metadata.get("by") != "darktable" for entry in lines)


def all_states(library: Path) -> dict[str, int]:
    return {name: len(saves(repository(library, name))) for name in ("a.tif", "b.tif", "c.tif")}


def test_each_edit_is_one_snapshot_on_the_right_branch_of_the_right_image(
    library: Path, roll: Path, screen: Screen, photographer: Photographer, album: Album
) -> None:
    before = all_states(library)
    with darktable(screen, photographer, roll) as window:
        window.point_at("a.tif", 1)
        wait_for("the first state of the image without a sidecar", lambda: states(library, "c.tif", MAIN))
        album.keep("8-roll-opened", window.screen.picture())
        assert all_states(library) == {**before, "c.tif": 1}

        window.press_on("4", "b.tif")
        wait_for("a rating", lambda: states(library, "b.tif", MAIN) == 2)
        window.point_at("a.tif", 1)
        window.step_exposure_of("a.tif", 1)
        wait_for("an exposure", lambda: states(library, "a.tif", WARM) == 2)
        window.duplicate_of("b.tif")
        wait_for("a duplicate", lambda: states(library, "b.tif", NEW) == 1)
        album.keep("9-roll-edited", window.screen.picture())
        window.quit()
    edited = {name: count + 1 for name, count in before.items()} | {"b.tif": before["b.tif"] + 2}
    assert all_states(library) == edited
    with darktable(screen, photographer, roll) as window:
        window.point_at("b.tif", 1)
        assert not window.warns_of_conflicts()
        window.quit()
    assert all_states(library) == edited, "opening the folder again changes nothing"
    assert sorted(path.name for path in roll.iterdir()) == [
        *("a.tif", "a.tif.xmp", "a_01.tif.xmp", "b.tif", "b.tif.xmp", "b_01.tif.xmp", "c.tif", "c.tif.xmp")
    ]
    assert all(repository(library, name).rejected.all() == [] for name in before)


def test_number_reused_by_darktable_does_not_change_its_branch(
    library: Path, roll: Path, screen: Screen, photographer: Photographer
) -> None:
    with darktable(screen, photographer, roll) as window:
        window.point_at("a.tif", 1)
        window.quit()
    a, taken = repository(library, "a.tif"), BranchName("version-02")
    before = a.tip(WARM)
    with darktable(screen, photographer, roll) as window:  # imports the folder again
        window.point_at("a.tif", 1)
        window.duplicate_of("a.tif")
        wait_for("a branch for what darktable wrote over the duplicate", lambda: a.refs.read(taken))
        window.quit()
    (first,) = a.log.of_ref(taken.ref)
    assert first.metadata[TOOK_OVER] == 1
    assert read_numbers(a.root)[2].took_over == 1
    assert a.tip(WARM) == before
    assert (roll / "a_01.tif.xmp").read_bytes() != (roll / "a_02.tif.xmp").read_bytes()


@pytest.fixture
def for_darktable(library: Path, tmp_path: Path) -> Iterator[Path]:
    """The mountpoint of the library, mounted with --for-darktable."""
    mountpoint = tmp_path / "for-darktable"
    mountpoint.mkdir()
    chemfs = [sys.executable, "-m", "chemfs"]
    subprocess.run([*chemfs, "mount", "--for-darktable", library, mountpoint], check=True)
    yield mountpoint
    subprocess.run([*chemfs, "unmount", mountpoint], check=True)


def test_recursive_import_of_a_mount_for_darktable_finds_only_rolls(
    for_darktable: Path, tmp_path: Path, screen: Screen
) -> None:
    photographer = Photographer.at(tmp_path / "photographer", {"ui_last/import_recursive": "TRUE"})
    with darktable(screen, photographer, for_darktable) as window:
        wait_for("an import", lambda: imported(photographer) >= IN_ROLLS)
        window.quit()
    assert imported(photographer) == IN_ROLLS


def test_recursive_import_dialog_of_a_mount_for_darktable_finds_only_rolls(
    for_darktable: Path, tmp_path: Path, screen: Screen
) -> None:
    settings = {
        "ui_last/import_last_directory": str(for_darktable),
        "ui_last/import_last_place": str(for_darktable),
        "ui_last/import_recursive": "TRUE",
        "ui_last/import_select_new": "TRUE",
    }
    photographer, empty = Photographer.at(tmp_path / "photographer", settings), tmp_path / "empty"
    empty.mkdir()
    with darktable(screen, photographer, empty) as window:
        window.open_import_dialog()
        window.import_selected()
        wait_for("an import", lambda: imported(photographer) >= IN_ROLLS)
        window.quit()
    assert imported(photographer) == IN_ROLLS


def imported(photographer: Photographer) -> set[tuple[str, int]]:
    """The images in darktable's library, each with its version. Fails if one is there twice."""
    with closing(sqlite3.connect(photographer.config / "library.db")) as database:
        try:
            rows = database.execute("SELECT filename, version FROM images").fetchall()
        except sqlite3.OperationalError:  # darktable has not made it yet
            return set()
    assert len(rows) == len(set(rows))
    return set(rows)
