"""A shoot of 60 in the real darktable, by way of a roll: each edit has to be one snapshot on the right branch.

Imports a folder of photographs with duplicates and with images that have no sidecar, mounts it, and works on it in the
window as a photographer does. Prints what was saved, with screenshots beside it to look at. Fails if anything else was,
if darktable has more than one film roll or other names than the branches', or if any other file was written.
"""

from __future__ import annotations

import argparse
import colorsys
import hashlib
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from PIL import Image, ImageChops, ImageOps

from chemigram_core import fsck
from chemigram_core.folder_kind import FolderKind, kind_of
from chemigram_core.log.entry import LogEntry
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import create_branch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll.version_name import with_version_name
from chemigram_core.roll_file import read_numbers
from chemigram_core.shoot.importer import import_shoot
from chemigram_core.sidecar import parse
from tests.support.daemon import Daemon
from tests.support.screen import Screen, new_screen, wait_for
from tests.support.window import Photographer, Window, darktable

_SAMPLE = Path(__file__).parent / "sample.py"
_SETTINGS = {
    "plugins/lighttable/images_in_row": "10",
    "ui_last/grouping": "FALSE",  # versions stand side by side
    "plugins/darkroom/duplicate/expanded": "TRUE",  # the list of versions with their names
    "plugins/darkroom/history/expanded": "FALSE",  # which would push it out of sight
}
_VERSION_NAME = 6  # darktable's key of it in meta_data
_QUIET_SECONDS = 8.0
_OWN = "darktable"  # by whom the log says that a change was made which is nobody's edit

Saved = Counter[tuple[str, str]]
"""How often each branch of each image was saved."""


def main() -> None:
    """Make the shoot, work on it, and print what was saved."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a new folder to work in, where the screenshots stay")
    parser.add_argument("--images", type=int, default=60, help="of the shoot (default 60)")
    options = parser.parse_args()
    options.folder.mkdir(parents=True)
    with new_screen() as screen:
        source = make_shoot(screen, options.folder, options.images)
        before = _hashes(source)
        import_shoot(source, options.folder / "library")
        daemon = Daemon(options.folder / "library", options.folder / "mnt")
        try:
            work(screen, options.folder, daemon.mountpoint / "shoot" / "roll")
        finally:
            daemon.unmount()
        if _hashes(source) != before:
            raise SystemExit("the shoot was written to")
        _check_nothing_else(options.folder)


def make_shoot(screen: Screen, folder: Path, images: int) -> Path:
    """Pictures of many colours. Every third has a duplicate, every fifth no sidecar."""
    subprocess.run([sys.executable, _SAMPLE, folder / "sample"], check=True)
    source, edited = folder / "camera" / "shoot", _edited(screen, folder)
    source.mkdir(parents=True)
    with Image.open(folder / "sample" / "sunset.tif") as picture:
        for number in range(images):
            red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(number / images, 0.5, 1))
            shown = ImageOps.mirror(picture) if number % 2 else picture
            tinted = ImageChops.multiply(shown, Image.new("RGB", shown.size, (red, green, blue)))
            tinted.save(source / f"{number:02}.tif")
            if number % 5:
                (source / f"{number:02}.tif.xmp").write_bytes(edited)
                if number % 3 == 0:
                    duplicate = with_version_name(parse(edited.replace(b'xmp:Rating="1"', b'xmp:Rating="3"')), "warm")
                    (source / f"{number:02}_01.tif.xmp").write_bytes(duplicate.canonical())
    return source


def work(screen: Screen, folder: Path, roll: Path) -> None:
    """Open the roll, rate, expose and duplicate; then open it again with a variant that was made meanwhile."""
    photographer = Photographer.at(folder / "photographer", _SETTINGS)
    before = saved(folder)
    with darktable(screen, photographer, roll) as window:
        window.point_at("03.tif", 1)
        _wait_until_quiet(folder)
        _keep(window, folder, "1-opened")
        _say("opened", since(before, folder), {})
        with window.in_darkroom("03.tif", 1):
            _wait_until_quiet(folder)
            _keep(window, folder, "1-names")
        _say("looked at in the darkroom", since(before, folder), {})
        window.press_on("4", "01.tif")
        window.step_exposure_of("03.tif", 1)
        window.duplicate_of("02.tif")
        expected = {("01.tif", "main"): 1, ("03.tif", "warm"): 1, ("02.tif", "version-01"): 1}
        wait_for("all edits", lambda: since(before, folder) == expected)
        _wait_until_quiet(folder)
        _keep(window, folder, "2-edited")
        window.quit()
    _say("a rating, an exposure, a duplicate", since(before, folder), expected)
    create_branch(Repository(folder / "library/shoot/04.tif"), BranchName("cold"))
    with darktable(screen, photographer, roll) as window:
        window.point_at("04.tif", 1)
        _wait_until_quiet(folder)
        _keep(window, folder, "3-opened-again")
        window.quit()
    _say("opened again, with a new variant", since(before, folder), expected)
    _check_names(photographer, folder, roll)


def _check_names(photographer: Photographer, folder: Path, roll: Path) -> None:
    """darktable has one film roll with every branch of every image, each under its number and with its name."""
    with closing(sqlite3.connect(photographer.config / "library.db")) as database:
        rolls = database.execute("SELECT folder FROM film_rolls").fetchall()
        found = database.execute(
            "SELECT filename, version, value FROM images LEFT JOIN meta_data ON meta_data.id = images.id AND key = ?",
            [_VERSION_NAME],
        ).fetchall()
    expected = {
        (root.name, number, str(given.name or given.branch) if number else None)
        for root in _repositories(folder)
        for number, given in read_numbers(root).items()
    }
    print(
        f"{len(rolls)} film roll, {len(found)} versions, {len({name for _, _, name in found if name})} names",
        flush=True,
    )
    if rolls != [(str(roll),)] or set(found) != expected or len(found) != len(expected):
        raise SystemExit(f"darktable has {rolls}, and other versions: {set(found) ^ expected}")


def _check_nothing_else(folder: Path) -> None:
    """Nothing was written but states: no other program's file, nothing refused or damaged."""
    place, roots = folder / "library" / "shoot", _repositories(folder)
    others = [path.name for path in place.iterdir() if path not in roots]
    damage = [str(one) for root in roots for one in fsck.check(root)]
    refused = [str(root) for root in roots if Repository(root).rejected.all()]
    print(f"other files: {len(others)}, saves refused: {len(refused)}, damage: {len(damage)}", flush=True)
    if others or damage or refused:
        raise SystemExit(f"something else was written: {[*others, *refused, *damage]}")


def _repositories(folder: Path) -> list[Path]:
    roots = sorted((folder / "library" / "shoot").iterdir())
    return [root for root in roots if kind_of(str(root)) is FolderKind.REPOSITORY]


def _hashes(folder: Path) -> dict[str, str]:
    """What is in each file of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def saved(folder: Path) -> Saved:
    """The snapshots of each branch, without darktable's own changes and the first states of images."""
    found: Saved = Counter()
    for root in _repositories(folder):
        lines = [entry for entry in Repository(root).log.entries() if entry.op == "snapshot"]
        edits = [entry for entry in lines if entry.metadata.get("by") != _OWN and not _is_first(entry)]
        found.update((root.name, str(entry.ref).removeprefix("refs/heads/")) for entry in edits)
    return found


def since(before: Saved, folder: Path) -> dict[tuple[str, str], int]:
    """What was saved since."""
    return dict(saved(folder) - before)


def _is_first(entry: LogEntry) -> bool:
    """Whether it is the first state of an image: darktable writes one for each that has no sidecar."""
    return entry.parent is None and entry.ref == MAIN.ref


def _edited(screen: Screen, folder: Path) -> bytes:
    """A sidecar as darktable writes it after an edit."""
    place = folder / "one"
    place.mkdir()
    (place / "sunset.tif").write_bytes((folder / "sample" / "sunset.tif").read_bytes())
    with darktable(screen, Photographer.at(folder / "first"), place) as window:
        window.brighten(steps=8)
        window.quit()
    return (place / "sunset.tif.xmp").read_bytes()


def _wait_until_quiet(folder: Path) -> None:
    """Wait until darktable has saved nothing for a while: it computes thumbnails one after another."""
    count = -1
    while (now := sum(len(list(root.glob("objects/*/*"))) for root in (folder / "library/shoot").iterdir())) != count:
        count = now
        time.sleep(_QUIET_SECONDS)


def _keep(window: Window, folder: Path, name: str) -> None:
    window.screen.picture().save(folder / f"{name}.png")


def _say(what: str, found: dict[tuple[str, str], int], expected: dict[tuple[str, str], int]) -> None:
    rows = ", ".join(f"{count} on {branch} of {image}" for (image, branch), count in sorted(found.items()))
    print(f"{what}: {rows or 'nothing saved'}", flush=True)
    if found != expected:
        raise SystemExit(f"expected {expected}")


if __name__ == "__main__":
    main()
