"""What darktable-cli makes of an image and a sidecar. Knows nothing of chemfs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

Picture = tuple[tuple[int, int], bytes]


def rendered(image: Path, *sidecar: Path) -> Picture:
    """The size and the pixels of the picture; without a sidecar darktable looks for one beside the image."""
    with TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.png"
        own = ["--core", "--library", ":memory:", "--configdir", f"{folder}/config", "--cachedir", f"{folder}/cache"]
        command: list[str | Path] = ["darktable-cli", image, *sidecar, picture, *own, "--disable-opencl"]
        subprocess.run(command, check=True, capture_output=True)
        with Image.open(picture) as opened:
            return opened.size, opened.tobytes()
