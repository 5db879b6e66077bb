"""What the paths of the mount mean, without a mount."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemfs.tree import paths
from chemfs.tree.paths import (
    HeadLink,
    ImageFile,
    InComparison,
    InHistory,
    InRefs,
    InSnapshot,
    LogFile,
    MaskFile,
    MaskFolder,
    Nowhere,
    OtherFile,
    RejectedFile,
    SidecarFile,
    StateFolder,
    Top,
    XmpFile,
)
from chemigram_core.image import Image
from chemigram_core.names import BranchName, MaskName, TagName

IMAGE = Image("a.RAF", Path("raw/a.RAF"))


@pytest.mark.parametrize(
    ("path", "place"),
    {
        "/": Top(),
        "/HEAD": HeadLink(),
        "/log.jsonl": LogFile(),
        "/heads": InRefs(BranchName, ()),
        "/heads/a/b/image.xmp": InRefs(BranchName, ("a", "b", "image.xmp")),
        "/tags/v1": InRefs(TagName, ("v1",)),
        "/snapshots/abc/masks/x.png": InSnapshot("abc", ("masks", "x.png")),
        "/history/main/2026-01-01": InHistory(("main", "2026-01-01")),
        "/compare/a..b/changes.md": InComparison(("a..b", "changes.md")),
        "/rejected/x": RejectedFile("x"),
        "/rejected/x/y": Nowhere(("rejected", "x", "y")),
        "/HEAD/x": Nowhere(("HEAD", "x")),
        "/objects": Nowhere(("objects",)),
        "/..": Nowhere(("..",)),
    }.items(),
)
def test_a_path_means_one_place(path: str, place: paths.Place) -> None:
    assert paths.parse(paths.split(path)) == place


@pytest.mark.parametrize(
    ("path", "place"),
    {
        "/": StateFolder(),
        "/image.xmp": XmpFile(),
        "/a.RAF": ImageFile(),
        "/a.RAF.xmp": SidecarFile(),
        "/masks": MaskFolder(),
        "/masks/sky.png": MaskFile(MaskName("sky")),
        "/masks/sky.PNG": OtherFile(("masks", "sky.PNG")),
        "/masks/.sky.png": OtherFile(("masks", ".sky.png")),
        "/masks/.png": OtherFile(("masks", ".png")),
        "/masks/sky.png~": OtherFile(("masks", "sky.png~")),
        "/masks/a/b.png": OtherFile(("masks", "a", "b.png")),
        "/image.xmp~": OtherFile(("image.xmp~",)),
        "/a.RAF.xmp.bak": OtherFile(("a.RAF.xmp.bak",)),
        "/sub/image.xmp": OtherFile(("sub", "image.xmp")),
    }.items(),
)
def test_a_path_in_a_state_means_one_file(path: str, place: paths.Inside) -> None:
    assert paths.parse_inside(paths.split(path), IMAGE) == place


def test_without_an_image_its_names_are_other_files() -> None:
    assert paths.parse_inside(("a.RAF.xmp",), None) == OtherFile(("a.RAF.xmp",))
