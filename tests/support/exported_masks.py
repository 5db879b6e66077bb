"""The masks that darktable-cli exports, as the pages of a TIFF. Knows nothing of chemfs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Mask = NDArray[np.uint8]
_CONF = {"write_sidecar_files": "never", "plugins/imageio/format/tiff/bpp": "8"}


def exported_masks(image: Path, sidecar: Path, size: tuple[int, int] | None = None) -> list[Mask]:
    """The masks in the order of the pixel pipe, in 8 bits; `size` is the largest width and height."""
    with TemporaryDirectory(prefix="exported-") as folder:
        picture = Path(folder) / "picture.tif"
        limits = ["--width", str(size[0]), "--height", str(size[1])] if size else []
        own = ["--core", "--library", ":memory:", "--configdir", f"{folder}/config", "--cachedir", f"{folder}/cache"]
        conf = [word for name, value in _CONF.items() for word in ("--conf", f"{name}={value}")]
        command = ["nice", "-n", "15", "darktable-cli", str(image), str(sidecar), str(picture), *limits]
        options = ["--hq", "0", "--export_masks", "true", *own, *conf, "--disable-opencl"]
        subprocess.run([*command, *options], check=True, capture_output=True, timeout=600)
        return list(_pages(picture))


def _pages(path: Path) -> Iterator[Mask]:
    """All pages but the picture itself."""
    with Image.open(path) as opened:
        for page in range(1, getattr(opened, "n_frames", 1)):
            opened.seek(page)
            yield np.asarray(opened.convert("RGB"))[..., 0].copy()
