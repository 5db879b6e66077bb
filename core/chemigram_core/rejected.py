"""rejected/: rejected saves, each with a file that gives the time, the path and the reason."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import token_hex

from chemigram_core.durable.folder import Folder
from chemigram_core.errors import NotAFile
from chemigram_core.names import tail

FOLDER = "rejected"
_REASON_SUFFIX = ".reason.txt"
_PLACE_BYTES = 150  # of the path in a file name: with the time before it and the suffix after it, below 255
_PAGE_BYTES = 16_384
_MODE = 0o600  # private, as the file was while it was being written

_rename = os.rename
_link = partial(os.link, follow_symlinks=False)


@dataclass(frozen=True, slots=True)
class RejectedSave:
    """A rejected save: the name of its file in rejected/ and the text of its reason file."""

    file_name: str
    reason: str


class Rejected:
    """The rejected saves of one repository."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, data: bytes, where: str, why: str) -> RejectedSave:
        """Keep the bytes of a rejected save. `where` is the path that was saved to, like heads/main/image.xmp."""
        save = _named(where, why)
        with Folder.make(self._root, FOLDER) as folder:
            folder.write(save.file_name, data, _MODE)
            folder.write(save.file_name + _REASON_SUFFIX, save.reason.encode(), _MODE)
        return save

    def take(self, source: Folder, name: str, where: str, why: str) -> RejectedSave:
        """Keep a file of the repository by moving it: that works on a full disk, where only the reason may be lost."""
        return self._taken(_rename, source, name, where, why)

    def share(self, source: Folder, name: str, where: str, why: str) -> RejectedSave:
        """Keep a file by a second name, while it is still open. Raises OSError where there are no hard links."""
        return self._taken(_link, source, name, where, why)

    def _taken(self, move: Callable[..., None], source: Folder, name: str, where: str, why: str) -> RejectedSave:
        """The reason is written first, so that every file has one."""
        save = _named(where, why)
        with Folder.make(self._root, FOLDER) as folder:
            with suppress(OSError):
                folder.write(save.file_name + _REASON_SUFFIX, save.reason.encode(), _MODE)
            try:
                move(name, save.file_name, src_dir_fd=source.descriptor, dst_dir_fd=folder.descriptor)
            except OSError:
                with suppress(OSError):
                    folder.remove(save.file_name + _REASON_SUFFIX)
                raise
            folder.sync()
        return save

    def discard(self, save: RejectedSave) -> None:
        """Remove a rejected save: the same file was saved completely after all."""
        with suppress(FileNotFoundError), Folder.enter(self._root, FOLDER) as folder:
            folder.remove(save.file_name + _REASON_SUFFIX)
            folder.remove(save.file_name)

    def all(self) -> list[RejectedSave]:
        """The rejected saves, oldest first."""
        try:
            with Folder.enter(self._root, FOLDER) as folder:
                return [
                    RejectedSave(name.removesuffix(_REASON_SUFFIX), _page(folder, name))
                    for name in folder.names()
                    if name.endswith(_REASON_SUFFIX)
                ]
        except (FileNotFoundError, NotADirectoryError):
            return []


def _named(where: str, why: str) -> RejectedSave:
    now = datetime.now(UTC)
    file_name = f"{now:%Y%m%dT%H%M%S.%fZ}-{token_hex(2)}-{tail(where.replace('/', '-'), _PLACE_BYTES)}"
    return RejectedSave(file_name, f"when:  {now.isoformat(timespec='seconds')}\nwhere: {where}\nwhy:   {why}\n")


def _page(folder: Folder, name: str) -> str:
    try:
        return folder.read(name, _PAGE_BYTES).decode("utf-8", "replace")
    except (FileNotFoundError, NotAFile) as error:
        return str(error)
