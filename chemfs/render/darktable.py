"""The installed darktable-cli, called in such a way that it writes nothing but pictures."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from chemigram_core.errors import Refused

_PROGRAM = "darktable-cli"
_DIES_WITH_CHEMFS = ("setpriv", "--pdeathsig", "KILL")  # however chemfs dies, SIGKILL included
_NICE = ("nice", "-n", "10")
_VERSION = re.compile(r"darktable-cli (\S+)")
_VERSION_SECONDS = 60.0


class DarktableMissing(Refused):
    """There is no darktable-cli."""

    def __init__(self) -> None:
        super().__init__("darktable-cli is not installed; install darktable (`sudo apt install darktable`)")


@dataclass(frozen=True, slots=True)
class Darktable:
    """A darktable-cli: the path of the program, and its version."""

    program: str
    version: str

    def command(self, images: Iterable[Path], target: Path, size_pixels: int, own: Path) -> list[str]:
        """Render images by the sidecars beside them into the folder `target`, with the images' names and `.jpg`.

        `own` is a folder for its configuration. Paths are absolute: darktable looks for the sidecar of a relative path
        beside the file that a link leads to.
        """
        sizes = ("--width", str(size_pixels), "--height", str(size_pixels))
        core = ("--core", "--library", ":memory:", "--conf", "write_sidecar_files=never", "--disable-opencl")
        folders = ("--configdir", str(own / "config"), "--cachedir", str(own / "cache"), "--tmpdir", str(own))
        imports = [word for image in images for word in ("--import", str(image))]
        before = (*_installed(_DIES_WITH_CHEMFS), *_installed(_NICE))
        return [*before, self.program, *imports, str(target), "--out-ext", "jpg", *sizes, *core, *folders]


_HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "TMPDIR")


def environment(own: Path) -> dict[str, str]:
    """The environment of each call: darktable always creates its folders in the home folder."""
    return {**os.environ, "LC_ALL": "C.UTF-8", **dict.fromkeys(_HOMES, str(own))}


def installed() -> Darktable:
    """The darktable-cli on PATH. Raises DarktableMissing."""
    if (program := shutil.which(_PROGRAM)) is None:
        raise DarktableMissing
    with TemporaryDirectory(prefix="chemfs-") as own:
        match = _VERSION.search(_output([program, "--version"], Path(own)))
    return Darktable(program, match[1] if match else "unknown")


def _output(command: list[str], own: Path) -> str:
    try:
        done = subprocess.run(
            command,
            env=environment(own),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_VERSION_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DarktableMissing from error
    return done.stdout.decode(errors="replace")


def _installed(command: tuple[str, ...]) -> tuple[str, ...]:
    return command if shutil.which(command[0]) else ()
