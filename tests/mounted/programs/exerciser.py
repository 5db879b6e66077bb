"""Random reading, writing, cutting and mapping of one file, compared with the same done to bytes, as fsx does it."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from random import Random

LONGEST_BYTES = 300_000
LONGEST_STEP_BYTES = 70_000


class Exerciser:
    """A file, what it must hold, and what was done to it."""

    def __init__(self, path: Path, seed: int) -> None:
        self.steps: list[str] = []
        self._random = Random(seed)
        self._path = path
        self._content = bytearray()
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        self._actions = (
            [self.write, self.read, self.map_and_write, self.map_and_read] * 4
            + [self.cut, self.cut_by_path, self.append, self.read_by_another] * 2
            + [self.reopen, self.sync, self.rename, self.allocate]
        )

    def exercise(self, steps: int) -> None:
        """Do so many random things. Raises AssertionError at the first that doesn't do what it does to bytes."""
        for _ in range(steps):
            action = self._random.choice(self._actions)
            self.steps.append(action.__name__)
            action()
            assert os.fstat(self._descriptor).st_size == len(self._content), self.told()
        self.reopen()
        self.read_by_another()

    def close(self) -> None:
        os.close(self._descriptor)

    def told(self) -> str:
        return f"after {len(self.steps)} steps, the last: {', '.join(self.steps[-8:])}"

    def write(self) -> None:
        offset = self._random.randrange(LONGEST_BYTES - LONGEST_STEP_BYTES)
        data = self._data()
        assert os.pwrite(self._descriptor, data, offset) == len(data), self.told()
        self._put(offset, data)

    def append(self) -> None:
        if len(self._content) + LONGEST_STEP_BYTES > LONGEST_BYTES:
            return
        data = self._data()
        with self._path.open("ab", buffering=0) as file:
            file.write(data)
        self._content += data

    def read(self) -> None:
        offset, size = self._span()
        assert os.pread(self._descriptor, size, offset) == self._content[offset : offset + size], self.told()

    def read_by_another(self) -> None:
        assert self._path.read_bytes() == self._content, self.told()

    def map_and_read(self) -> None:
        if self._content:
            offset, size = self._span()
            with mmap.mmap(self._descriptor, 0, prot=mmap.PROT_READ) as mapped:
                assert mapped[offset : offset + size] == self._content[offset : offset + size], self.told()

    def map_and_write(self) -> None:
        if self._content:
            offset, size = self._span()
            data = self._random.randbytes(size)
            with mmap.mmap(self._descriptor, 0) as mapped:
                mapped[offset : offset + len(data)] = data
            self._put(offset, data)

    def cut(self) -> None:
        size = self._new_size()
        os.ftruncate(self._descriptor, size)
        self._resize(size)

    def cut_by_path(self) -> None:
        size = self._new_size()
        os.truncate(self._path, size)
        self._resize(size)

    def allocate(self) -> None:
        offset, size = self._span()
        try:
            os.posix_fallocate(self._descriptor, offset, size + 1)
        except OSError:  # a filesystem may have no such thing; it must only change nothing then
            return
        self._resize(max(len(self._content), offset + size + 1))

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def reopen(self) -> None:
        os.close(self._descriptor)
        self._descriptor = os.open(self._path, os.O_RDWR)

    def rename(self) -> None:
        other = self._path.with_name(self._random.choice(("one", "two", "three")))
        self._path = self._path.rename(other)

    def _span(self) -> tuple[int, int]:
        offset = self._random.randrange(len(self._content) + 1)
        return offset, self._random.randrange(min(LONGEST_STEP_BYTES, len(self._content) - offset) + 1)

    def _new_size(self) -> int:
        return self._random.choice((0, self._random.randrange(LONGEST_BYTES)))

    def _data(self) -> bytes:
        return self._random.randbytes(self._random.randrange(1, LONGEST_STEP_BYTES))

    def _put(self, offset: int, data: bytes) -> None:
        self._resize(max(len(self._content), offset + len(data)))
        self._content[offset : offset + len(data)] = data

    def _resize(self, size: int) -> None:
        del self._content[size:]
        self._content.extend(bytes(size - len(self._content)))
