"""The picture at the top of the README: the sample's shoot, imported, mounted, and its roll opened in darktable."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from PIL import Image

from chemigram_core.repository import Repository
from chemigram_core.shoot.importer import import_shoot
from tests.darktable.conftest import NEEDS_DARKTABLE, SAMPLE, Album
from tests.support.builders import saves
from tests.support.daemon import Daemon
from tests.support.screen import Screen, wait_for
from tests.support.window import Photographer, Window, darktable

pytestmark = NEEDS_DARKTABLE

SHOOT = "2026-11-20-evening"
SETTINGS = {"plugins/lighttable/images_in_row": "4", "ui_last/grouping": "FALSE", "lighttable/ui/expose_statuses": "5"}
DUPLICATES = {"warm": 2, "black and white": 1, "dark": 1}


def test_the_roll_of_the_sample(tmp_path: Path, screen: Screen, album: Album) -> None:
    subprocess.run([sys.executable, SAMPLE, tmp_path], check=True)
    import_shoot(tmp_path / SHOOT, tmp_path / "library")
    daemon = Daemon(tmp_path / "library", tmp_path / "mnt")
    photographer = Photographer.at(tmp_path / "photographer", SETTINGS)
    with darktable(screen, photographer, daemon.mountpoint / SHOOT / "roll") as window:
        for name, version in (("IMG_0001.tif", 0), ("IMG_0009.tif", 1)):
            window.point_at(name, version)
        album.keep("0-roll", at_rest(window))
        window.quit()
    daemon.unmount()
    names = version_names(photographer)
    assert {name: names.count(name) for name in DUPLICATES} == DUPLICATES
    repositories = [Repository(root) for root in sorted((tmp_path / "library" / SHOOT).glob("IMG_*"))]
    assert [len(saves(repository)) for repository in repositories] == [1, 2, 1, 1, 3, 1, 1, 1, 2, 1, 1, 1]


def at_rest(window: Window) -> Image.Image:
    """The window when nothing in it has moved for a while."""
    seen = [window.screen.picture()]

    def rests() -> Image.Image | None:
        time.sleep(1)
        seen.append(window.screen.picture())
        return seen[-1] if seen[-1] == seen[-2] else None

    return wait_for("a window at rest", rests)


def version_names(photographer: Photographer) -> list[str]:
    """The name of each image in darktable's library, empty for most."""
    query = "select coalesce(value, '') from images as i left join meta_data as m on i.id = m.id and key = 6"
    with closing(sqlite3.connect(f"file:{photographer.config}/library.db?mode=ro", uri=True)) as library:
        return [name for (name,) in library.execute(query)]
