"""The files around a repository, which nobody who prepared it may have read out, changed or removed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tests.support.builders import mask, sidecar

MOVED = "moved-"  # begins the name of what a change moved out
CANARY = b"canary-6b1f0c9d"  # in each of them: bytes that no mount and no command may show
_Print = tuple[object, ...]


class Outside:
    """A folder of such files. What a change of the campaign adds is known after `expect`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "inner").mkdir(parents=True)
        (folder / "empty").mkdir()
        for name in ("secret.txt", "inner/secret.txt", "inner/notes.txt"):
            (folder / name).write_bytes(CANARY + b"\n")
            (folder / name).chmod(0o600)
        image = f"{CANARY.decode()}.tif"
        for name in ("secret.xmp", "inner/image.xmp"):
            (folder / name).write_bytes(sidecar(3, image=image))
        (folder / "secret.png").write_bytes(mask() + CANARY)
        os.mkfifo(folder / "pipe")
        self._expected: dict[str, _Print] = {}
        self.expect()

    def expect(self) -> None:
        """What is there now has to stay, but for files that were open when they were moved out."""
        self._expected = self._now()

    def changes(self) -> list[str]:
        """The files that are not as they were."""
        now = self._now()
        return sorted(path for path in now.keys() | self._expected.keys() if now.get(path) != self._expected.get(path))

    def _now(self) -> dict[str, _Print]:
        return {path: found for path, found in _prints(self.folder) if not _was_open(path)}


def _was_open(path: str) -> bool:
    """Whether it is a draft, or the file that the walk holds open, in a folder that was moved out."""
    return f"/{MOVED}" in path and (path.endswith("/open.txt") or "/.drafts" in path or f"{MOVED}drafts" in path)


def _prints(folder: Path) -> Iterator[tuple[str, _Print]]:
    """Each file by its path: everything about it but the number of its links and when it was read."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            status = path.lstat()
            times = status.st_mtime_ns if stat.S_ISREG(status.st_mode) else None
            about = (status.st_mode, status.st_uid, status.st_gid, times)
            yield os.fspath(path), (*about, _content(path, status))


def _content(path: Path, status: os.stat_result) -> object:
    if stat.S_ISLNK(status.st_mode):
        return path.readlink()
    if not stat.S_ISREG(status.st_mode):
        return None
    with path.open("rb") as file:  # of a sparse file the beginning
        return status.st_size, hashlib.sha256(file.read(1 << 20)).digest()
