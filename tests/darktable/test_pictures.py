"""A file manager shows the history of an edit, and the masks that are drawn in it, as rows of pictures."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.darktable.conftest import IMAGE, SAMPLE, Album
from tests.mounted.conftest import mount_repository
from tests.support.drawn_edits import Sample, brush, circle, gradient, path, sidecar_of, smooth
from tests.support.packets import Fields
from tests.support.screen import HEIGHT_PIXELS, WIDTH_PIXELS, Screen, wait_for

pytestmark = [
    pytest.mark.needs_fuse,
    pytest.mark.needs_program("Xvfb", "darktable-cli", "pcmanfm", "import", "xdotool"),
]


def step(operation: str, version: int, params: bytes) -> Fields:
    named = {"multi_name": "", "multi_priority": "0", "blendop_version": "11", "blendop_params": "00" * 420}
    return {"operation": operation, "enabled": "1", "modversion": str(version), "params": params.hex(), **named}


def exposure(stops: float) -> Fields:
    return step("exposure", 6, struct.pack("<iffffi", 0, 0.0, stops, 50.0, -4.0, 0))


def turned(orientation: int) -> Fields:
    return step("flip", 2, struct.pack("<i", orientation))


SETTINGS = {  # a large window with large pictures
    "pcmanfm/default/pcmanfm.conf": f"""
[ui]
win_width={WIDTH_PIXELS}
win_height={HEIGHT_PIXELS}
view_mode=thumbnail
""",
    "libfm/libfm.conf": """
[ui]
thumbnail_size=256
show_thumbnail=1
""",
}
COLOURFUL_PIXELS = 100_000
HISTORY = {
    "as shot": (),
    "brighter": (exposure(0.8),),
    "too bright": (exposure(2.2),),
    "darker": (exposure(-1.2),),
    "mirrored": (exposure(-0.6), turned(2)),
    "turned": (exposure(-0.6), turned(5)),
    "v1 for the client": (exposure(0.3),),
}

BLACK_PIXELS, WHITE_PIXELS = 48_000, 100_000  # all four masks have 55,000
_HILLS = smooth([(0.0, 0.62), (0.3, 0.5), (0.55, 0.6), (1.0, 0.48), (1.0, 1.0), (0.0, 1.0)], closed=True)
_CLOUD = smooth([(0.15, 0.25), (0.4, 0.2), (0.6, 0.3), (0.85, 0.22)], closed=False)
MASKS = {
    "sky": gradient((0.5, 0.45), 0, 0.3),
    "sun": circle((0.62, 0.4), 0.12, 0.08),
    "hills": path(*((*node, (0.02, 0.02)) for node in _HILLS)),
    "cloud": brush(*((*node, (0.04, 0.04), (1.0, 0.5)) for node in _CLOUD)),
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    subprocess.run([sys.executable, SAMPLE, tmp_path / "sample"], check=True)
    repository = Repository.init(tmp_path / "repository", tmp_path / "sample" / IMAGE)
    for label, steps in HISTORY.items():
        save_xmp(repository, MAIN, sidecar_of([], before=steps), label=label)
    spread(repository.root / "log.jsonl")
    return repository


def spread(log: Path) -> None:
    """Let the operations be minutes apart, as if a user had made them."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for number, line in enumerate(lines):
        line["timestamp"] = f"2026-11-20T18:{3 * number:02}:{11 * number % 60:02}.000000+00:00"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_the_history_of_an_edit_is_a_row_of_pictures(
    repository: Repository, tmp_path: Path, screen: Screen, album: Album
) -> None:
    command = [sys.executable, "-m", "chemfs", "render", str(repository.root), "--all"]
    subprocess.run(command, check=True)
    with TemporaryDirectory(prefix="chemfs-") as short_path:
        mounted = mount_repository(repository.root, Path(short_path) / "photos")
        try:
            pictures = mounted.path / "previews" / "main"
            assert [name[20:].removesuffix(".jpg") for name in sorted(os.listdir(pictures))] == list(HISTORY)
            with file_manager(screen, pictures, tmp_path):
                wait_for("its pictures", lambda: colourful(screen.picture()) > COLOURFUL_PIXELS)
                album.keep("8-history-as-pictures", screen.picture())
        finally:
            mounted.unmount()


def test_the_masks_that_are_drawn_in_darktable_are_a_row_of_pictures(
    tmp_path: Path, screen: Screen, album: Album
) -> None:
    subprocess.run([sys.executable, SAMPLE, tmp_path / "sample"], check=True)
    repository = Repository.init(tmp_path / "repository", tmp_path / "sample" / IMAGE)
    xmp = sidecar_of([Sample("", "", shape) for shape in MASKS.values()], module="exposure")
    for number, name in enumerate(MASKS):
        xmp = xmp.replace(f'multi_name="m{number}"'.encode(), f'multi_name="{name}"'.encode())
    save_xmp(repository, MAIN, xmp)
    with TemporaryDirectory(prefix="chemfs-") as short_path:
        mounted = mount_repository(repository.root, Path(short_path) / "photos")
        try:
            masks = mounted.path / "heads" / "main" / "drawn"
            assert sorted(os.listdir(masks)) == sorted(
                [*(f"exposure-{name}.png" for name in MASKS), "README.txt", "shapes"]
            )
            with file_manager(screen, masks, tmp_path):
                wait_for("its pictures", lambda: are_shown(screen.picture()))
                album.keep("9-drawn-masks", screen.picture())
        finally:
            mounted.unmount()


@contextmanager
def file_manager(screen: Screen, folder: Path, home: Path) -> Iterator[None]:
    for name, settings in SETTINGS.items():
        (home / "config" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "config" / name).write_text(settings)
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_CACHE_HOME": str(home / "cache")}
    command = ["pcmanfm", "--no-desktop", str(folder)]
    process = subprocess.Popen(command, env={**screen.environment, **own}, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def are_shown(picture: Image.Image) -> bool:
    """Whether there are black pixels in a white window; without a window all are black."""
    levels = picture.convert("L").histogram()
    return levels[0] > BLACK_PIXELS and levels[255] > WHITE_PIXELS


def colourful(picture: Image.Image) -> int:
    """The number of pixels that are not gray."""
    return sum(picture.convert("HSV").getchannel("S").histogram()[80:])
