"""Owner and permission bits of what a tree shows: those of the files behind it and of the folders on the way."""

from __future__ import annotations

import os
import stat
import struct
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemfs.tree import permissions
from chemfs.tree.permissions import Permissions, Way, limited
from chemigram_core.names import MaskName, TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.support.builders import mask, picture, sidecar
from tests.support.by_path import ByPath

ALICE, BOB, TEAM = 1001, 1002, 2000
NOBODY = 0xFFFFFFFF
SNAPSHOT, MASK, IMAGE = "/tags/v1/image.xmp", "/tags/v1/masks/sky.png", "/tags/v1/a.tif"
COMPUTED = "/compare/v0..v1/changes.md"


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that everybody may enter; pytest's own are private."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def repository(home: Path) -> Repository:
    made = Repository.init(home / "repository", picture(home / "a.tif"))
    for number in range(2):
        save_xmp(made, MAIN, sidecar(number), mask_files={MaskName("sky"): mask(number)})
        create_tag(made, TagName(f"v{number}"))
    return made


def mode(repository: Repository, path: str) -> int:
    """As a new mount shows it."""
    vars(permissions)["_ways"].clear()
    return ByPath(repository.root).node(path).stat().mode


def test_files_have_the_bits_of_the_files_behind_them_without_write_bits(repository: Repository) -> None:
    files = (SNAPSHOT, MASK, IMAGE, COMPUTED, "/log.jsonl", "/README.txt")
    assert {mode(repository, path) for path in files} == {0o444}
    folders = ("/", "/tags", "/tags/v1", "/tags/v1/masks", "/compare", "/history", "/snapshots", "/rejected")
    assert {mode(repository, path) for path in folders} == {0o755}
    assert (mode(repository, "/heads/main/image.xmp"), mode(repository, "/heads/main")) == (0o644, 0o755)


@pytest.mark.parametrize("kind", Kind)
def test_a_private_object_is_private_wherever_it_is_shown(repository: Repository, kind: Kind) -> None:
    state = repository.state(repository.tip(TagName("v1")))
    digest = state.digest if kind is Kind.SNAPSHOT else state.masks[MaskName("sky")]
    (repository.root / repository.objects.path(digest, kind)).chmod(0o640)
    name = "image.xmp" if kind is Kind.SNAPSHOT else "masks/sky.png"
    places = (f"/tags/v1/{name}", f"/snapshots/{state.digest}/{name}", COMPUTED)
    assert {mode(repository, path) for path in places} == {0o440}
    assert mode(repository, f"/heads/main/{name}") == 0o640


@pytest.mark.parametrize("folder", [".", "objects"])
def test_a_private_folder_hides_all_that_is_below_it(repository: Repository, folder: str) -> None:
    (repository.root / folder).chmod(0o700)
    assert {mode(repository, path) for path in (SNAPSHOT, MASK, COMPUTED)} == {0o400}
    assert mode(repository, "/tags/v1") == 0o700
    assert mode(repository, "/heads/main/image.xmp") & 0o044 == 0


def test_a_private_folder_above_hides_it_too(repository: Repository, home: Path) -> None:
    home.chmod(0o750)
    assert (mode(repository, "/"), mode(repository, SNAPSHOT), mode(repository, IMAGE)) == (0o750, 0o440, 0o440)


def test_image_is_as_private_as_the_file_it_links_to(repository: Repository, home: Path) -> None:
    (home / "a.tif").chmod(0o600)
    assert mode(repository, IMAGE) == 0o400
    assert mode(repository, "/heads/main/a.tif") == 0o400
    assert mode(repository, SNAPSHOT) == 0o444


def test_other_programs_files_are_as_private_as_the_repository(repository: Repository) -> None:
    ByPath(repository.root).write("/heads/main/notes.txt", b"x")
    assert mode(repository, "/heads/main/notes.txt") & 0o044
    repository.root.chmod(0o700)
    assert mode(repository, "/heads/main/notes.txt") & 0o077 == 0


def test_changed_permissions_show_within_a_second(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    node = ByPath(repository.root).node(SNAPSHOT)
    assert node.stat().mode == 0o444
    os.chmod(repository.root / repository.objects.path(repository.tip(MAIN), Kind.SNAPSHOT), 0o600)
    later = time.monotonic() + 2
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert node.stat().mode == 0o400


def test_mask_of_an_access_control_list_is_not_the_groups_bits(repository: Repository) -> None:
    """Owner rwx, another user r-x, group ---, mask r-x, others r-x: the mask shows as the bits of the group."""
    entries = ((0x01, 7, NOBODY), (0x02, 5, BOB), (0x04, 0, NOBODY), (0x10, 5, NOBODY), (0x20, 5, NOBODY))
    data = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(repository.root, "system.posix_acl_access", data)
    except OSError:
        pytest.skip("a filesystem without lists")
    assert stat.S_IMODE(repository.root.stat().st_mode) & 0o070 == 0o050
    assert mode(repository, "/") & 0o070 == 0
    assert mode(repository, SNAPSHOT) & 0o070 == 0


@pytest.mark.parametrize(
    ("folders", "shown"),
    [
        ((Permissions(0o755, ALICE, TEAM),), 0o444),
        ((Permissions(0o750, ALICE, TEAM),), 0o440),
        ((Permissions(0o700, ALICE, TEAM),), 0o400),
        ((Permissions(0o755, 0, 0), Permissions(0o755, ALICE, TEAM)), 0o444),
        ((Permissions(0o755, 0, 0), Permissions(0o700, ALICE, TEAM)), 0o400),
        ((Permissions(0o750, 0, 0), Permissions(0o755, ALICE, TEAM)), 0),
        ((Permissions(0o700, BOB, TEAM),), 0),
        ((Permissions(0o710, BOB, TEAM),), 0o440),
        ((Permissions(0o705, ALICE, TEAM),), 0o404),
        ((Permissions(0o705, ALICE, BOB),), 0o400),
    ],
)
def test_class_that_may_not_enter_a_folder_has_no_access_below_it(folders: Way, shown: int) -> None:
    assert limited(0o444, ALICE, TEAM, folders) == (shown, ALICE, TEAM)


@pytest.mark.needs_root
def test_files_saved_by_root_belong_to_the_owner(repository: Repository, home: Path) -> None:
    """Root's mount of a user's repository in a private home."""
    for path in (home, repository.root, repository.root / "objects"):
        os.chown(path, ALICE, TEAM)
    home.chmod(0o700)
    vars(permissions)["_ways"].clear()
    found = ByPath(repository.root).node("/heads/main/image.xmp").stat()
    assert (found.mode, found.uid, found.gid) == (0o600, ALICE, TEAM)
