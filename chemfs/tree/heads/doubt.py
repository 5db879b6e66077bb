"""What a failed write leaves uncertain of a file. Values; knows no file."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TypeAlias

FileId: TypeAlias = tuple[int, int]
"""A file under all its names: device and inode."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """After `error` the file may have old bytes among the new ones.

    Nobody here knows where: the kernel splits a large write, and after an error in one part it doesn't ask for the
    rest. So a later write of the same range proves nothing. Only a file that was rewritten from its start, in order
    and to its end, is whole again, or one that was truncated to nothing. `end_bytes` is where the failed change would
    have ended: the rewrite must reach that far, too.
    """

    error: Exception
    end_bytes: int
    rewritten_bytes: int = 0

    def after_write(self, start_bytes: int, end_bytes: int) -> Doubt:
        """The doubt after these bytes were written."""
        is_next = start_bytes <= self.rewritten_bytes < end_bytes
        return replace(self, rewritten_bytes=end_bytes) if is_next else self

    def after_truncation(self, size_bytes: int) -> Doubt | None:
        """The doubt after the file was truncated to a size; None for 0."""
        kept = min(self.end_bytes, size_bytes), min(self.rewritten_bytes, size_bytes)
        return Doubt(self.error, *kept) if size_bytes else None

    def after_close(self, size_bytes: int) -> Doubt | None:
        """The doubt after the file was closed with that size; None if all of it was rewritten."""
        return None if 0 < max(size_bytes, self.end_bytes) <= self.rewritten_bytes else self


Doubts: TypeAlias = dict[FileId, Doubt]
"""What is uncertain of the files of one folder."""


def file_id(status: os.stat_result) -> FileId:
    """The identity of a file."""
    return status.st_dev, status.st_ino
