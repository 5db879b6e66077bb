"""What an installed darktable makes of many sidecars when it opens their folders, all in one library of its own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.support.screen import PATIENCE_SECONDS, Screen
from tests.support.window import SETTINGS, link_data

_POLL_SECONDS = 0.3
_QUIET_SECONDS = 5.0  # darktable writes some sidecars twice
_OWN = {"--configdir": "", "--cachedir": "cache", "--datadir": "data", "--library": "library.db"}
_LIBRARIES = "/usr/lib/x86_64-linux-gnu/darktable"


@dataclass(frozen=True)
class Installed:
    """A darktable: the one of this machine, or of the system below `root`."""

    root: Path = Path("/")

    def version(self) -> str:
        """As darktable says it, without the word."""
        shown = subprocess.run(self.command("--version"), check=False, capture_output=True, text=True).stdout
        return next(word for word in shown.split() if word[:1].isdigit() and word.count(".") == 2)

    def command(self, *arguments: str | Path) -> list[str]:
        """To run it; paths are those inside of its system."""
        here = [] if self.root == Path("/") else ["chroot", str(self.root)]
        return [*here, "env", f"LD_LIBRARY_PATH={_LIBRARIES}", "darktable", *map(str, arguments)]

    def inside(self, path: Path) -> Path:
        """A path as its system sees it."""
        return Path("/") / path.relative_to(self.root)


@contextmanager
def opened(screen: Screen, folders: Sequence[Path], work: Path, installed: Installed) -> Iterator[None]:
    """darktable with these folders of images open, its own files in `work`; it has quit in the end."""
    work.mkdir(parents=True)
    (work / "darktablerc").write_text("".join(f"{key}={value}\n" for key, value in SETTINGS.items()))
    link_data(work / "data", installed.root)
    own = {name: work / file for name, file in _OWN.items()}
    arguments = [word for name, path in own.items() for word in (name, installed.inside(path))]
    shown = [installed.inside(folder) for folder in folders]
    with (work / "stderr").open("wb") as log:
        command = installed.command(*arguments, "--disable-opencl", *shown)
        process = subprocess.Popen(command, env=screen.environment, stdout=log, stderr=log)
    try:
        yield
        _until(lambda: _has_quit(screen, process), 1.0)
    finally:
        process.kill()
        process.wait()


def until_quiet(state: Callable[[], object], *, changed: Callable[[], bool]) -> None:
    """Wait until everything has changed and then stays as it is."""
    _until(changed, _POLL_SECONDS)
    last, since = state(), time.monotonic()
    while time.monotonic() - since < _QUIET_SECONDS:
        time.sleep(_POLL_SECONDS)
        if (now := state()) != last:
            last, since = now, time.monotonic()


def imported(screen: Screen, sidecars: Mapping[str, bytes], work: Path, installed: Installed) -> dict[str, bytes]:
    """Each sidecar as darktable writes it when it imports a folder of images with nothing else beside them.

    darktable develops the first image that it shows, so an image without a sidecar comes first.
    """
    roll = work / "roll"
    roll.mkdir(parents=True)
    save_image(roll / "0.tif")
    paths = {name: roll / f"{place}.tif.xmp" for place, name in enumerate(sidecars, start=1000)}
    for name, path in paths.items():
        save_image(path.with_suffix(""))
        path.write_bytes(sidecars[name])

    def read() -> dict[str, bytes]:
        return {name: path.read_bytes() for name, path in paths.items()}

    def all_changed() -> bool:
        return all(data != sidecars[name] for name, data in read().items())

    with opened(screen, [roll], work / "darktable", installed):
        until_quiet(read, changed=all_changed)
    return read()


def _has_quit(screen: Screen, process: subprocess.Popen[bytes]) -> bool:
    screen.press("ctrl+q")
    return process.poll() is not None


def save_image(path: Path) -> None:
    """A small picture."""
    Image.linear_gradient("L").resize((48, 32)).convert("RGB").save(path, "TIFF")


def _until(attempt: Callable[[], bool], pause_seconds: float) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not attempt():
        assert time.monotonic() < deadline, f"darktable did not get there in {PATIENCE_SECONDS:.0f} s"
        time.sleep(pause_seconds)
