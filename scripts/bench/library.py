"""How long it takes to look at a whole library: its status, its log, its tags; and to list what was delivered.

The repositories are copies of a few, each with two states, a tag and an image. Beside it stands `find`, which
looks at every name once and opens no file.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from chemigram_core.names import TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from scripts.bench.commands import CHEMFS, row, run
from scripts.bench.content import edit

_TAG = "v1_export"
_MODELS = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000, help="of the library (default 10000)")
    parser.add_argument("--delivered", type=int, default=2_000, help="images of the tagged folder (default 2000)")
    parser.add_argument("--folder", type=Path, help="where to work (default: the system's temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        place = Path(folder)
        make_library(place / "library", options.images)
        looks(place / "library", options.images)
        make_library(place / "delivered", options.delivered)
        tagged(place / "delivered", place / "mnt", options.delivered)


def looks(library: Path, images: int) -> None:
    """Print how long the verbs take that look at each repository of a library."""
    print(f"a library of {images} repositories; seconds: elapsed, of CPU; beside the first")
    looked = row("find, which opens no file", lambda: run(["find", library]))
    for name, verb in {"status": ["status"], "log, the last line of each": ["log", "-n", "1"], "tags": ["tag"]}.items():
        command = [*CHEMFS, verb[0], library, *verb[1:]]
        row(f"chemfs {name}", lambda command=command: run(command), beside=looked)  # type: ignore[misc]


def tagged(library: Path, mountpoint: Path, images: int) -> None:
    """Print how long it takes to look at what was delivered, in a mount."""
    mountpoint.mkdir()
    run([*CHEMFS, "mount", library, mountpoint])
    place = mountpoint / "shoot" / "tagged" / _TAG
    print(f"a folder of {images} images with a tag")
    try:
        row("its first listing", lambda: os.listdir(place))
        row("the next one", lambda: os.listdir(place))
        time.sleep(1.5)  # what is known is trusted for a second
        row("one after a second", lambda: os.listdir(place))
        row("ls -l", lambda: run(["ls", "-l", place]))
        row("cp -r", lambda: run(["cp", "-r", place, mountpoint.with_name("copy")]))
    finally:
        run([*CHEMFS, "unmount", mountpoint])


def make_library(library: Path, images: int) -> None:
    """A library of one shoot. Nothing of it is worth an fsync."""
    with patch.object(os, "fsync", lambda _: None):
        models = [_model(library.with_name(f"{library.name}-{number}"), number) for number in range(_MODELS)]
    for number in range(images):
        root = library / "shoot" / f"{number:05}.NEF"
        shutil.copytree(models[number % _MODELS], root, symlinks=True)
        (root / "raw" / "image.NEF").rename(root / "raw" / root.name)
    (library / "library.json").write_text("{}")


def _model(folder: Path, number: int) -> Path:
    folder.mkdir()
    image = folder / "image.NEF"
    image.write_bytes(b"image")
    repository = Repository.init(folder / "repository", image)
    for state in range(2):
        save_xmp(repository, MAIN, edit(2 * number + state))
    create_tag(repository, TagName(_TAG))
    return repository.root


if __name__ == "__main__":
    main()
