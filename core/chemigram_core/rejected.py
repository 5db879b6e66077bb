"""rejected/: saves that were refused, each with a page that says when, where and why."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chemigram_core.folder import Folder

FOLDER = "rejected"
_REASON_SUFFIX = ".reason.txt"


@dataclass(frozen=True, slots=True)
class RejectedSave:
    """A refused save: the name of its file in rejected/ and the text of its reason page."""

    file_name: str
    reason: str


class Rejected:
    """The refused saves of one repository."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, data: bytes, where: str, why: str) -> RejectedSave:
        """Keep the bytes of a refused save. `where` is the path that was saved to, like heads/main/image.xmp."""
        now = datetime.now(UTC)
        file_name = f"{now:%Y%m%dT%H%M%S.%fZ}-{where.replace('/', '-')}"[-200:]
        reason = f"when:  {now.isoformat(timespec='seconds')}\nwhere: {where}\nwhy:   {why}\n"
        with Folder.make(self._root, FOLDER) as folder:
            folder.write(file_name, data)
            folder.write(file_name + _REASON_SUFFIX, reason.encode())
        return RejectedSave(file_name, reason)

    def withdraw(self, save: RejectedSave) -> None:
        """The same file was saved whole after all: half of it need not be kept."""
        with suppress(FileNotFoundError), Folder.enter(self._root, FOLDER) as folder:
            folder.remove(save.file_name + _REASON_SUFFIX)
            folder.remove(save.file_name)

    def all(self) -> list[RejectedSave]:
        """The refused saves, oldest first."""
        try:
            with Folder.enter(self._root, FOLDER) as folder:
                return [
                    RejectedSave(name.removesuffix(_REASON_SUFFIX), folder.read(name).decode("utf-8", "replace"))
                    for name in folder.names()
                    if name.endswith(_REASON_SUFFIX)
                ]
        except FileNotFoundError:
            return []
