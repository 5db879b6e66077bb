"""The real darktable window on a mount: every edit is one snapshot; what is tagged can be seen, not changed."""

from __future__ import annotations

import time

from PIL import Image, ImageStat

from chemigram_core.sidecar import parse
from tests.darktable.conftest import IMAGE, NEEDS_DARKTABLE, SIDECAR, Album, Shoot
from tests.mounted.conftest import Mounted
from tests.support.builders import saves
from tests.support.screen import Screen, wait_for
from tests.support.window import Photographer, darktable, middle
from tests.support.writes import watch_writes

pytestmark = NEEDS_DARKTABLE
STEPS = 5


def test_each_edit_is_one_snapshot(
    mount: Mounted, screen: Screen, photographer: Photographer, shoot: Shoot, album: Album
) -> None:
    before = len(saves(mount.repository))
    with watch_writes(mount.branch) as writes, darktable(screen, photographer, mount.branch) as window:
        album.keep("1-branch-opened", window.picture())
        wait_for("the import to rewrite the sidecar", lambda: writes.count(SIDECAR) >= 1)
        assert len(saves(mount.repository)) == before

        window.rate(4)
        album.keep("2-rated", window.picture())
        assert len(saves(mount.repository)) == before + 1
        assert b'xmp:Rating="4"' in (mount.branch / "image.xmp").read_bytes()

        window.enter_darkroom()
        written = writes.count(SIDECAR)
        for _ in range(STEPS):
            window.step_exposure()
        album.keep("3-exposure-changed", window.picture())
        wait_for("a write for each step of the slider", lambda: writes.count(SIDECAR) >= written + STEPS)
        assert len(saves(mount.repository)) == before + 1

        window.leave_darkroom()
        album.keep("4-darkroom-left", window.picture())
        window.quit()
    assert len(saves(mount.repository)) == before + 2
    assert operations(mount)[-1] == "exposure"
    assert (mount.branch / "masks" / "subject.png").read_bytes() == shoot.mask
    assert mount.repository.rejected.all() == []


def test_next_start_finds_nothing_to_ask(
    mount: Mounted, screen: Screen, photographer: Photographer, album: Album
) -> None:
    with darktable(screen, photographer, mount.branch) as window:
        window.rate(4)
        window.brighten(steps=STEPS)
        window.quit()
    before = saves(mount.repository)
    with darktable(screen, photographer, mount.branch) as window:
        album.keep("5-next-start", window.picture())
        assert not window.warns_of_conflicts()
        assert window.point_at_image() == f"{IMAGE} rated 4"
        window.quit()
    assert saves(mount.repository) == before


def test_next_start_asks_about_a_state_restored_meanwhile(
    mount: Mounted, screen: Screen, photographer: Photographer, shoot: Shoot
) -> None:
    with darktable(screen, photographer, mount.branch) as window:
        window.rate(4)
        window.quit()
    written = time.time()
    wait_for("the next second: darktable's library counts in seconds", lambda: time.time() > written + 1)
    (mount.branch / "image.xmp").write_bytes(shoot.imported)
    with darktable(screen, photographer, mount.branch) as window:
        wait_for("the dialog about sidecars newer than the library", window.warns_of_conflicts)


def test_tagged_state_shows_and_refuses_changes(
    mount: Mounted, screen: Screen, photographer: Photographer, shoot: Shoot, album: Album
) -> None:
    (mount.branch / "image.xmp").write_bytes(shoot.brightened)
    tag = mount.path / "tags" / "v1_export"
    tag.mkdir()
    tagged = (tag / "image.xmp").read_bytes()
    (mount.branch / "image.xmp").write_bytes(shoot.imported)
    before = saves(mount.repository)
    with darktable(screen, photographer, mount.branch) as window:
        on_branch = window.picture()
        window.quit()
    with darktable(screen, photographer, tag) as window:
        wait_for("darktable's message that the import was refused", window.shows_toast)
        wait_for("that message to go", lambda: not window.shows_toast())
        album.keep("6-tag-opened", window.picture())
        assert brightness(window.picture()) > brightness(on_branch)

        refused = len(window.refusals())
        window.rate(5)
        assert len(window.refusals()) == refused + 1
        wait_for("darktable's message", window.shows_toast)
        album.keep("7-change-refused", window.picture())
        window.quit()
    assert "Read-only file system" in window.refusals()[-1]
    assert saves(mount.repository) == before
    assert (tag / "image.xmp").read_bytes() == tagged


def test_export_beside_the_image_is_a_file_and_no_snapshot(
    mount: Mounted, screen: Screen, photographer: Photographer, shoot: Shoot
) -> None:
    exported = mount.branch / "darktable_exported" / "sunset.jpg"
    before = saves(mount.repository)
    with darktable(screen, photographer, mount.branch) as window:
        window.export()
        wait_for("the exported file", exported.exists)
        window.quit()
    assert Image.open(exported).convert("RGB").size == Image.open(shoot.image).size
    assert saves(mount.repository) == before


def test_colour_label_is_one_snapshot(mount: Mounted, screen: Screen, photographer: Photographer) -> None:
    before = saves(mount.repository)
    with darktable(screen, photographer, mount.branch) as window:
        window.point_at_image()
        screen.press("F1")
        wait_for("a red label", lambda: b"colorlabels" in (mount.branch / "image.xmp").read_bytes())
        window.quit()
    assert len(saves(mount.repository)) == len(before) + 1


def test_quitting_in_the_darkroom_saves_the_edit(mount: Mounted, screen: Screen, photographer: Photographer) -> None:
    before = saves(mount.repository)
    with darktable(screen, photographer, mount.branch) as window:
        window.enter_darkroom()
        window.step_exposure()
        window.quit()
    assert operations(mount)[-1] == "exposure"
    assert len(saves(mount.repository)) == len(before) + 1


def test_duplicate_is_kept_as_a_file_and_not_saved(mount: Mounted, screen: Screen, photographer: Photographer) -> None:
    duplicate, before = mount.branch / "sunset_01.tif.xmp", saves(mount.repository)
    with darktable(screen, photographer, mount.branch) as window:
        window.duplicate()
        wait_for("the duplicate's sidecar", duplicate.exists)
        window.quit()
    assert parse(duplicate.read_bytes()).history.entries
    assert saves(mount.repository) == before


def test_discarded_history_is_reported_and_can_be_restored(
    mount: Mounted, screen: Screen, photographer: Photographer, shoot: Shoot
) -> None:
    (mount.branch / "image.xmp").write_bytes(shoot.brightened)
    before = saves(mount.repository)
    with darktable(screen, photographer, mount.branch) as window:
        window.discard_history()
        wait_for("the discarded history", lambda: len(saves(mount.repository)) > len(before))
        window.quit()
    assert "exposure" not in operations(mount)
    loss = next(entry for entry in mount.repository.log.entries() if entry.parent == before[-1])
    assert loss.metadata["history_loss"] == "history of 5 steps is gone"
    old_state = mount.path / "snapshots" / before[-1] / "image.xmp"
    (mount.branch / "image.xmp").write_bytes(old_state.read_bytes())
    assert mount.repository.resolve("main") == before[-1]


def operations(mount: Mounted) -> list[str]:
    """The modules of the branch's history, oldest first."""
    document = parse((mount.branch / "image.xmp").read_bytes())
    return [entry.operation for entry in document.history.entries]


def brightness(picture: Image.Image) -> float:
    """The mean of the part that shows the image, 0 to 255."""
    return ImageStat.Stat(middle(picture).convert("L")).mean[0]
