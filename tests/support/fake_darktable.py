"""A darktable-cli that renders nothing: it answers with the messages of darktable 4.2.1, and copies one small picture.

What it does about an image depends on the name of the file that a link leads to: `broken`, `hanging`, `crashing`,
`torn` and `newer` (a module that it lacks). Installed as a program by `install`; it appends each call to a file.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image

VERSION = "4.2.1"
_STEP = "[dev_read_history] the module `sigmoid' requested by image `{}' is not installed on this computer!"


@dataclass(frozen=True)
class Fake:
    """An installed fake: the folder to put on PATH, and its calls so far."""

    folder: Path

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Each call: `images` (what the links lead to), `xmps`, `arguments`, `home`, `nice` and `process`."""
        log = self.folder / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def install(folder: Path, *, seconds: float = 0.0) -> Fake:
    """A fake in a new folder, which takes `seconds` for each picture."""
    folder.mkdir()
    Image.linear_gradient("L").resize((48, 32)).save(folder / "picture.jpg")
    program = folder / "darktable-cli"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "{folder}" {seconds} "$@"\n')
    program.chmod(0o755)
    return Fake(folder)


def main(folder: Path, seconds: float, arguments: list[str]) -> int:
    """Be darktable-cli."""
    if arguments == ["--version"]:
        print(f"this is darktable-cli {VERSION}")
        return 0
    images = [Path(value) for word, value in pairwise(arguments) if word == "--import"]
    target = Path(arguments[2 * len(images)])
    _log(folder, arguments, images)
    print("[xmp_import] creating tag: evening", flush=True)
    for image in reversed(images):  # as the real one does
        _render(folder, image, target / f"{image.stem}.jpg", seconds)
    return 0


def _render(folder: Path, image: Path, picture: Path, seconds: float) -> None:
    kind, data = Path(os.readlink(image)).stem, (folder / "picture.jpg").read_bytes()
    if kind == "broken":
        print(f"[exiv2 dt_exif_read] {image}: Failed to read input data")
        print(f"[imageio_storage_disk] could not export to file: `{picture}'!", flush=True)
        return
    if kind == "hanging":
        time.sleep(600)
    if kind == "crashing":
        os.kill(os.getpid(), signal.SIGSEGV)
    if kind == "newer":
        print(_STEP.format(image.name))
    time.sleep(seconds)
    picture.write_bytes(data[:-20] if kind == "torn" else data)
    print(f"[export_job] exported to `{picture}'", flush=True)


def _log(folder: Path, arguments: list[str], images: list[Path]) -> None:
    call = {
        "images": [os.readlink(image) for image in images],
        "xmps": [image.with_name(f"{image.name}.xmp").read_text() for image in images],
        "arguments": arguments,
        "home": os.environ["HOME"],
        "nice": os.nice(0),
        "process": os.getpid(),
    }
    with (folder / "calls").open("a") as log:
        log.write(json.dumps(call) + "\n")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
