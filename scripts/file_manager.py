"""A large library in a real file manager (pcmanfm) on a virtual screen: is it usable while it makes thumbnails?

Imports a shoot of small pictures, mounts it, and opens first the shoot itself and then its roll. Prints of both when
the window showed names, how long it took to answer a key while thumbnails were made, when the last of them was made,
and what all of it cost the file manager and the mount. Screenshots stay in the folder, to be looked at.
"""

from __future__ import annotations

import argparse
import colorsys
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from chemigram_core.shoot.importer import import_shoot
from tests.support.builders import sidecar
from tests.support.daemon import Daemon
from tests.support.screen import Screen, new_screen, wait_for

_SIZE_PIXELS = (600, 400)
_QUIET_SECONDS = 3.0
_IDLE_READS = 20  # of the window system's messages, within a poll
_KEYS = 5
_LIST, _WHITE = (400, 200, 1200, 700), ((255, 255),) * 3  # where the window shows what is in the folder
_CONFIG = "[ui]\nwin_width=1280\nwin_height=800\n"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Look:
    """How long one look took: seconds from the start, seconds to answer a key, seconds of CPU."""

    names: float
    page: float
    rest: float
    cpu: float

    def __str__(self) -> str:
        times = f"names after {self.names:.1f} s, a page further in {self.page:.2f} s, at rest after {self.rest:.1f} s"
        return f"{times}, {self.cpu:.1f} s of CPU in the file manager"


def main() -> None:
    """Make the library, open it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a new folder to work in, where the screenshots stay")
    parser.add_argument("--images", type=int, default=2_000, help="of the shoot (default 2000)")
    options = parser.parse_args()
    options.folder.mkdir(parents=True)
    source = make_shoot(options.folder, options.images)
    import_shoot(source, options.folder / "library")
    daemon = Daemon(options.folder / "library", options.folder / "mnt")
    try:
        with new_screen() as screen:
            plain = look(screen, options.folder / "plain", source)
            print(f"the plain folder: {plain}", flush=True)
            cpu, reads = _cpu_seconds(daemon.process.pid), _reads(daemon.process.pid)
            roll = look(screen, options.folder / "roll", daemon.mountpoint / "shoot" / "roll")
            print(f"the roll: {roll}", flush=True)
            cpu, reads = _cpu_seconds(daemon.process.pid) - cpu, _reads(daemon.process.pid) - reads
            print(f"the mount: {cpu:.1f} s of CPU, {reads} reads", flush=True)
    finally:
        daemon.unmount()
    print(f"the roll is at rest after {roll.rest / plain.rest:.2f} of the time of the plain folder")


def make_shoot(folder: Path, images: int) -> Path:
    """Pictures of one colour each, with sidecars."""
    source = folder / "camera" / "shoot"
    source.mkdir(parents=True)
    for number in range(images):
        red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(number / images, 0.6, 0.9))
        Image.new("RGB", _SIZE_PIXELS, (red, green, blue)).save(source / f"{number:04}.jpg")
        (source / f"{number:04}.jpg.xmp").write_bytes(sidecar(number))
    return source


def look(screen: Screen, folder: Path, place: Path) -> Look:
    """Open a place, page through it while thumbnails are made, and wait for the last of them."""
    folder.mkdir()
    start = time.monotonic()
    with _file_manager(screen, folder, place) as process:
        wait_for("the window", lambda: place.name in screen.titles())
        wait_for("names in it", lambda: screen.picture().crop(_LIST).getextrema() != _WHITE)
        names = time.monotonic() - start
        screen.picture().save(folder / "1-opened.png")
        page = statistics.median(_answer_seconds(screen, "Next") for _ in range(_KEYS))
        screen.picture().save(folder / "2-pages-further.png")
        rest = _wait_until_quiet(process) - start
        screen.picture().save(folder / "3-at-rest.png")
        return Look(names, page, rest, _cpu_seconds(process))


def _answer_seconds(screen: Screen, key: str) -> float:
    """How long it takes until a key changes what the screen shows."""
    before, start = screen.picture(), time.monotonic()
    screen.press(key)
    wait_for(f"an answer to {key}", lambda: screen.picture() != before)
    return time.monotonic() - start


def _wait_until_quiet(process: int) -> float:
    """Wait until a process has read nothing for a while; when that began."""
    known, since = _reads(process), time.monotonic()
    while time.monotonic() - since < _QUIET_SECONDS:
        time.sleep(0.2)
        if (now := _reads(process)) > known + _IDLE_READS:
            known, since = now, time.monotonic()
    return since


@contextmanager
def _file_manager(screen: Screen, folder: Path, place: Path) -> Iterator[int]:
    """The window, with a home of its own: the number of its process."""
    own = {
        "HOME": folder / "home",
        "XDG_CACHE_HOME": folder / "home/.cache",
        "XDG_CONFIG_HOME": folder / "home/.config",
    }
    environment = {**screen.environment, **{name: str(path) for name, path in own.items()}}
    config = folder / "home/.config/pcmanfm/default/pcmanfm.conf"
    config.parent.mkdir(parents=True)
    config.write_text(_CONFIG)
    with (folder / "stderr").open("wb") as stderr:
        process = subprocess.Popen(["pcmanfm", "--no-desktop", str(place)], env=environment, stderr=stderr)
        try:
            yield process.pid
        finally:
            process.kill()
            process.wait()


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _reads(process: int) -> int:
    """The system calls that read: of the mount one for each request, and those of files."""
    lines = Path(f"/proc/{process}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("syscr"))


if __name__ == "__main__":
    main()
