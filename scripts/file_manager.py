"""A large library in a real file manager (pcmanfm) on a virtual screen: is it usable while it makes thumbnails?

Imports a shoot of small pictures, mounts it and opens its roll. Prints when the list showed, how long it took to answer
a key while thumbnails were made, and what all of it cost the mount. Screenshots stay in the folder, to be looked at.
"""

from __future__ import annotations

import argparse
import colorsys
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from chemigram_core.shoot.importer import import_shoot
from tests.support.builders import sidecar
from tests.support.daemon import Daemon
from tests.support.screen import Screen, new_screen, wait_for

_SIZE_PIXELS = (600, 400)
_QUIET_SECONDS = 3.0
_KEYS = 5
_LIST, _WHITE = (400, 200, 1200, 700), ((255, 255),) * 3  # where the window shows what is in the folder
_CONFIG = "[ui]\nwin_width=1280\nwin_height=800\n"
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Make the library, open it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a new folder to work in, where the screenshots stay")
    parser.add_argument("--images", type=int, default=2_000, help="of the shoot (default 2000)")
    options = parser.parse_args()
    options.folder.mkdir(parents=True)
    import_shoot(make_shoot(options.folder, options.images), options.folder / "library")
    daemon = Daemon(options.folder / "library", options.folder / "mnt")
    try:
        with new_screen() as screen:
            look(screen, options.folder, daemon, daemon.mountpoint / "shoot" / "roll")
    finally:
        daemon.unmount()


def make_shoot(folder: Path, images: int) -> Path:
    """Pictures of one colour each, with sidecars."""
    source = folder / "camera" / "shoot"
    source.mkdir(parents=True)
    for number in range(images):
        red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(number / images, 0.6, 0.9))
        Image.new("RGB", _SIZE_PIXELS, (red, green, blue)).save(source / f"{number:04}.jpg")
        (source / f"{number:04}.jpg.xmp").write_bytes(sidecar(number))
    return source


def look(screen: Screen, folder: Path, daemon: Daemon, roll: Path) -> None:
    """Open the roll, page through it while thumbnails are made, and wait for the last of them."""
    start, cpu, reads = time.monotonic(), _cpu_seconds(daemon), _reads(daemon)
    with _file_manager(screen, folder, roll):
        wait_for("the window", lambda: "roll" in screen.titles())
        wait_for("names in it", lambda: screen.picture().crop(_LIST).getextrema() != _WHITE)
        print(f"the window: after {time.monotonic() - start:.1f} s", flush=True)
        screen.picture().save(folder / "1-opened.png")
        seconds = [_answer_seconds(screen, "Next") for _ in range(_KEYS)]
        print(f"a page further: {', '.join(f'{each:.2f}' for each in seconds)} s", flush=True)
        screen.picture().save(folder / "2-pages-further.png")
        quiet_at = _wait_until_quiet(daemon)
        screen.picture().save(folder / "3-at-rest.png")
        print(f"at rest: after {quiet_at - start:.1f} s", flush=True)
        print(f"the mount: {_cpu_seconds(daemon) - cpu:.1f} s of CPU, {_reads(daemon) - reads} reads", flush=True)


def _answer_seconds(screen: Screen, key: str) -> float:
    """How long it takes until a key changes what the screen shows."""
    before, start = screen.picture(), time.monotonic()
    screen.press(key)
    wait_for(f"an answer to {key}", lambda: screen.picture() != before)
    return time.monotonic() - start


def _wait_until_quiet(daemon: Daemon) -> float:
    """Wait until the mount has computed nothing for a while; when that began."""
    known, since = _reads(daemon), time.monotonic()
    while time.monotonic() - since < _QUIET_SECONDS:
        time.sleep(0.2)
        if (now := _reads(daemon)) > known + 2:
            known, since = now, time.monotonic()
    return since


@contextmanager
def _file_manager(screen: Screen, folder: Path, place: Path) -> Iterator[None]:
    """The window, with a home of its own."""
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
            yield
        finally:
            process.kill()
            process.wait()


def _cpu_seconds(daemon: Daemon) -> float:
    fields = Path(f"/proc/{daemon.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _reads(daemon: Daemon) -> int:
    """The system calls that read: one for each request, and those of files."""
    lines = Path(f"/proc/{daemon.process.pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("syscr"))


if __name__ == "__main__":
    main()
