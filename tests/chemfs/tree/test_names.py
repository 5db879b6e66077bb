"""What the names in a mount mean, looked up one by one, without a mount."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemfs.tree.compare import CompareFolder, ComparisonFolder
from chemfs.tree.errors import NotAFolder, NotFound
from chemfs.tree.head_link import FreshLink
from chemfs.tree.heads.branch_folder import BranchFolder
from chemfs.tree.heads.file_nodes import BranchImage, ScratchFile, ScratchLink, TrackedFile
from chemfs.tree.heads.folder_nodes import BranchMasks, ScratchFolder
from chemfs.tree.heads.heads_folder import HeadsFolder
from chemfs.tree.heads.tracked import Mask, Sidecar, Tracked, Xmp
from chemfs.tree.history import DayFolder, HistoryFolder
from chemfs.tree.image_file import ImageFile
from chemfs.tree.nodes import Node
from chemfs.tree.real_file import RealFile, Text
from chemfs.tree.rejected import RejectedFolder
from chemfs.tree.repository import HeadLink, RepositoryFolder
from chemfs.tree.snapshots import SnapshotsFolder
from chemfs.tree.state import FixedMasksFolder, FixedState, StoredFile, StoredMask
from chemfs.tree.tags import TagsFolder
from chemfs.tree.tree import walk
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.refs import create_branch, create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import mask, picture, sidecar
from tests.support.by_path import ByPath

SKY = MaskName("sky")


@pytest.fixture
def view(tmp_path: Path) -> ByPath:
    """An image with a mask, the branches main and look/warm, the tag v1, and scratch files."""
    repository = Repository.init(tmp_path / "repository", picture(tmp_path / "a.tif"))
    save_xmp(repository, MAIN, sidecar(), mask_files={SKY: mask()})
    create_branch(repository, BranchName("look/warm"))
    create_tag(repository, TagName("v1"))
    view = ByPath(repository.root)
    view.make_folder("/heads/main/exports")
    for name in ("notes", "image.xmp~", "masks/sky.png~", "exports/image.xmp"):
        view.write(f"/heads/main/{name}", b"text")
    view.make_link("notes", "/heads/main/link")
    return view


@pytest.mark.parametrize(
    ("path", "kind"),
    {
        "/": RepositoryFolder,
        "/HEAD": HeadLink,
        "/log.jsonl": RealFile,
        "/README.txt": Text,
        "/heads": HeadsFolder,
        "/heads/look": HeadsFolder,
        "/heads/look/warm": BranchFolder,
        "/heads/main": BranchFolder,
        "/heads/main/image.xmp": TrackedFile,
        "/heads/main/a.tif.xmp": TrackedFile,
        "/heads/main/a.tif": BranchImage,
        "/heads/main/masks": BranchMasks,
        "/heads/main/masks/sky.png": TrackedFile,
        "/heads/main/masks/sky.png~": ScratchFile,
        "/heads/main/image.xmp~": ScratchFile,
        "/heads/main/link": ScratchLink,
        "/heads/main/exports": ScratchFolder,
        "/heads/main/exports/image.xmp": ScratchFile,
        "/tags": TagsFolder,
        "/tags/v1": FixedState,
        "/tags/v1/image.xmp": StoredFile,
        "/tags/v1/a.tif": ImageFile,
        "/tags/v1/masks": FixedMasksFolder,
        "/tags/v1/masks/sky.png": StoredMask,
        "/snapshots": SnapshotsFolder,
        "/history/look": HistoryFolder,
        "/history/main": HistoryFolder,
        "/compare": CompareFolder,
        "/compare/look": CompareFolder,
        "/compare/look/warm..v1": ComparisonFolder,
        "/rejected": RejectedFolder,
    }.items(),
)
def test_a_path_leads_to_one_kind_of_node(view: ByPath, path: str, kind: type[Node]) -> None:
    if path == "/history/look":
        save_xmp(Repository(view.store), BranchName("look/warm"), sidecar(1))
    assert type(view.node(path)) is kind


@pytest.mark.parametrize(
    "path",
    [
        "/objects",
        "/..",
        "/refs",
        "/rejected/x",
        "/heads/nosuch",
        "/heads/..",
        "/tags/look",
        "/tags/v1/notes",
        "/tags/v1/masks/nosuch.png",
        "/snapshots/nosuch",
        "/snapshots/abcdef",
        "/heads/main/masks/.png",
        "/heads/main/exports/nosuch",
        "/history/nosuch",
        "/compare/main..nosuch",
    ],
)
def test_other_names_lead_nowhere(view: ByPath, path: str) -> None:
    with pytest.raises(NotFound):
        view.node(path)


@pytest.mark.parametrize("path", ["/HEAD/x", "/log.jsonl/x", "/heads/main/image.xmp/x", "/heads/main/notes/x"])
def test_nothing_is_below_a_file(view: ByPath, path: str) -> None:
    with pytest.raises(NotAFolder):
        view.node(path)


@pytest.mark.parametrize(
    ("name", "target"), {"image.xmp": Xmp(), "a.tif.xmp": Sidecar(), "masks/sky.png": Mask(SKY)}.items()
)
def test_a_branch_has_each_tracked_file_under_its_names(view: ByPath, name: str, target: Tracked) -> None:
    file = view.node(f"/heads/main/{name}")
    assert isinstance(file, TrackedFile)
    assert file.target == target


def test_files_of_a_snapshot_are_cached_for_long(view: ByPath) -> None:
    digest = Repository(view.store).tip(MAIN)
    for name in (digest, digest[:7]):
        assert type(view.node(f"/snapshots/{name}")) is FixedState
        for file in ("image.xmp", "a.tif.xmp", "masks/sky.png"):
            assert view.node(f"/snapshots/{name}/{file}").entry_seconds > 60


def test_day_folder_shows_the_states_of_that_day(view: ByPath) -> None:
    (day,) = view.names("/history/main")
    assert type(view.node(f"/history/main/{day}")) is DayFolder
    (state,) = view.names(f"/history/main/{day}")
    assert view.read(f"/history/main/{day}/{state}/image.xmp") == view.read("/heads/main/image.xmp")


def test_image_names_are_scratch_files_without_an_image(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "plain")
    save_xmp(repository, MAIN, sidecar())
    view = ByPath(repository.root)
    view.write("/heads/main/a.tif.xmp", b"text")
    assert type(view.node("/heads/main/a.tif.xmp")) is ScratchFile
    with pytest.raises(NotFound):
        view.node("/tags/a.tif.xmp")


def test_fresh_link_follows_its_branch(view: ByPath) -> None:
    view.make_link("../heads/main", "/heads/new")
    assert isinstance(view.node("/heads/new"), FreshLink)
    view.rename("/heads/new", "/heads/newer")
    assert isinstance(view.node("/heads/newer"), FreshLink)
    with pytest.raises(NotFound):
        view.node("/heads/new")
    view.make_folder("/heads/new")
    assert isinstance(view.node("/heads/new"), BranchFolder)


@pytest.mark.parametrize("path", ["..", ".", "heads/main/..", "heads/main/exports/../..", "tags/v1/."])
def test_paths_cannot_lead_upwards(view: ByPath, path: str) -> None:
    with pytest.raises(NotFound):
        walk(view.tree.root, path)


def test_a_library_does_not_show_the_repository_above_it(view: ByPath) -> None:
    Repository.init(view.store / "library" / "inside")
    with pytest.raises(NotFound):
        walk(ByPath(view.store / "library").tree.root, "../log.jsonl")
