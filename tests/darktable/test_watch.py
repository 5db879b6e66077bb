"""The real darktable window on a plain folder that is watched: each edit is one state, and nothing else is."""

from __future__ import annotations

import shutil
from pathlib import Path

from chemigram_core import fsck
from chemigram_core.names import BranchName
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import parse
from chemigram_core.store.objects import Kind
from tests.darktable.conftest import IMAGE, NEEDS_DARKTABLE, SIDECAR, Album, Shoot
from tests.support.builders import saves
from tests.support.screen import Screen, wait_for
from tests.support.watch import Watch, watching
from tests.support.window import Photographer, darktable
from tests.support.writes import watch_writes

pytestmark = NEEDS_DARKTABLE
IMAGES = 12


def test_each_edit_is_one_state_even_if_the_watch_is_killed(
    tmp_path: Path, screen: Screen, photographer: Photographer, shoot: Shoot, album: Album
) -> None:
    photos, library = tmp_path / "wedding", tmp_path / "library"
    photos.mkdir()
    shutil.copy(shoot.image, photos / IMAGE)
    (photos / SIDECAR).write_bytes(shoot.imported)
    with watching(photos, library) as watch, watch_writes(photos) as writes:
        repository = Repository(library / "wedding" / IMAGE)
        with darktable(screen, photographer, photos) as window:
            wait_for("the import to rewrite the sidecar", lambda: writes.count(SIDECAR) >= 1)
            window.enter_darkroom()
            window.leave_darkroom()
            assert watch.catch_up() == [], "neither an import nor browsing is an edit"

            window.rate(4)
            assert edits(watch) == [SIDECAR]
            assert b'xmp:Rating="4"' in repository.objects.read(repository.tip(MAIN), Kind.SNAPSHOT)

            window.brighten(steps=5)
            album.keep("watch-1-brightened", window.picture())
            assert edits(watch) == [SIDECAR]
            assert operations(repository)[-1] == "exposure"

            watch.kill()
            window.rate(2)
            before = len(saves(repository))
        with watching(photos, library) as again:
            assert len(saves(repository)) == before + 1, "what was edited meanwhile is taken at the start"
            with darktable(screen, photographer, photos) as window:
                window.duplicate()
                wait_for("the duplicate's sidecar", (photos / "sunset_01.tif.xmp").exists)
                window.picture()
                assert edits(again) == ["sunset_01.tif.xmp"]
                window.quit()
            assert again.catch_up() == []
    assert repository.refs.branches() == [MAIN, BranchName("version-01")]
    assert len(saves(repository)) == 5
    assert fsck.check(repository.root) == []


def test_images_new_to_darktable_get_first_states(
    tmp_path: Path, screen: Screen, photographer: Photographer, shoot: Shoot, album: Album
) -> None:
    """darktable writes their first sidecars, and the automatic presets by itself: the user made no edit."""
    photos, library = tmp_path / "wedding", tmp_path / "library"
    photos.mkdir()
    for number in range(IMAGES):
        shutil.copy(shoot.image, photos / f"{number:02d}.tif")
    with watching(photos, library) as watch:
        with darktable(screen, photographer, photos) as window:
            wait_for("a sidecar of each image", lambda: len(list(photos.glob("*.xmp"))) == IMAGES)
            window.enter_darkroom()
            album.keep("watch-2-filmstrip", window.picture())
            window.leave_darkroom()
            window.quit()
        watch.catch_up()
        for number in range(IMAGES):  # a first sidecar without a history waits for one
            image = Repository(library / "wedding" / f"{number:02d}.tif")
            wait_for("a first state of each image", lambda image=image: image.refs.read(MAIN))  # type: ignore[misc]
    for number in range(IMAGES):
        repository = Repository(library / "wedding" / f"{number:02d}.tif")
        first, *later = [entry.metadata["by"] for entry in repository.log.entries()]
        assert (first, set(later) - {"darktable"}) == ("watch", set())
        assert len(later) <= 1
        assert sidecar_edit(photos / f"{number:02d}.tif.xmp") == repository.states.edit(repository.tip(MAIN))


def edits(watch: Watch) -> list[str]:
    """The sidecars that were captured since the last time."""
    return [line.partition(":")[0] for line in watch.catch_up()]


def operations(repository: Repository) -> list[str]:
    """The modules of the history of main, oldest first."""
    return [entry.operation for entry in repository.states.document(repository.tip(MAIN)).history.entries]


def sidecar_edit(path: Path) -> str:
    return parse(path.read_bytes()).edit_digest
