"""A hostile folder of photographs: names, kinds of files, links and texts that an import and a watch meet in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from scripts.campaigns.hostile_files import STRANGER, ZERO, clear, listen, make_device, make_sparse
from scripts.campaigns.hostile_texts import ESCAPE
from scripts.campaigns.outside import Outside
from tests.support.builders import sidecar
from tests.support.shoots import edit, image

_STEMS = (
    "plain", f"a{ESCAPE}", "n\nl", "bidi\u202e", "\udcff\udcfe", "x" * 240, "-rf", "a_01", "%s", "image", "HEAD", "~",
    "roll", "tagged", "\x9b2J", "masks", "e\u0301", "\u00e9",
)  # fmt: skip
_FOLDERS = ("", "", f"f{ESCAPE}", "roll", "tagged", "in.NEF.xmp", "a.NEF", "d/" * 40, "\udcff")
_DATA = (
    b"", b"no XMP", ESCAPE.encode(), b"<" * 1_000_000, sidecar(7)[:400], b"\0" * 9_000_000,
    sidecar(8).replace(b"darktable:raw_params", b'darktable:version_name="&#x9b;2J&#x202e;n" darktable:raw_params'),
)  # fmt: skip
_Put = Callable[[Path], object]


class HostileShoot:
    """A new folder of photographs at `folder`, with links to what is outside and into a mount at `mount`."""

    def __init__(self, folder: Path, outside: Outside, mount: Path, random: Random) -> None:
        self.folder, self._outside, self._mount, self._random = folder, outside, mount, random
        image(folder, "whole.NEF")
        edit(folder, "whole.NEF.xmp", 1)

    def add(self, count: int) -> None:
        """Add images and sidecars, each of another kind; skips those that the disk can't have."""
        for _ in range(count):
            with suppress(OSError, ValueError):
                self._add()

    def _add(self) -> None:
        place = self.folder / self._random.choice(_FOLDERS)
        name = f"{self._random.choice(_STEMS)}.NEF"
        put = self._random.choice(self._ways())
        if not place.resolve().is_relative_to(self.folder.resolve()):
            return  # a link that was added before
        clear(place / name)
        if self._random.random() < 0.7:
            image(place, name)
            name += ".xmp" if self._random.random() < 0.8 else ".XMP"
            clear(place / name)
        put(place / name)
        if os.geteuid() == 0 and self._random.random() < 0.2:
            os.chown(place / name, STRANGER, STRANGER, follow_symlinks=False)

    def _ways(self) -> tuple[_Put, ...]:
        return (
            os.mkfifo, lambda path: make_device(path, ZERO), listen, make_sparse, Path.mkdir,
            self._linked, self._linked, self._written, self._written,
            lambda path: path.write_bytes(sidecar(self._random.randrange(900))),
        )  # fmt: skip

    def _linked(self, path: Path) -> None:
        """Not to a valid sidecar or picture: such a link is intended."""
        outside = (self._outside.folder / name for name in ("secret.txt", "pipe", "missing", "inner"))
        into_mount = (self._mount, self._mount / "heads/main/image.xmp", self._mount / "a.tif/heads/main/a.tif")
        others: tuple[Path | str, ...] = ("/dev/zero", "/proc/self/mem", "/proc/self/environ", path.name, ".", "..")
        path.symlink_to(self._random.choice((*outside, *into_mount, *others)))

    def _written(self, path: Path) -> None:
        path.write_bytes(self._random.choice(_DATA))
