"""The directories of a TIFF file; reads only the requested tags. Knows no image.

Pillow reads them too, but whole: a DNG may keep a copy of the original raw file in one tag, and what it finds odd it
prints as a warning. Source: TIFF 6.0, section 2; BigTIFF.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

SUB_IFDS = 0x014A
_MOST_NUMBERS, _MOST_ENTRIES, _MOST_DIRECTORIES = 64, 4096, 64
_BIG = 43
_TYPES: Mapping[int, str] = MappingProxyType(  # struct's letters, a pair for a fraction
    {1: "B", 3: "H", 4: "I", 5: "II", 6: "b", 7: "B", 8: "h", 9: "i", 10: "ii", 11: "f", 12: "d", 13: "I", 16: "Q"}
)


class Source(Protocol):
    """What is read."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""

    def seek(self, offset: int, /) -> int:
        """Where to read next."""


@dataclass(frozen=True)
class Directory:
    """One directory: its tags, each with type, count, and its value or where that is."""

    file: Tiff
    entries: Mapping[int, tuple[int, int, bytes]]

    def numbers(self, tag: int) -> tuple[float, ...]:
        """The values of a tag; empty if it is absent, not numeric or implausibly long. A fraction by 0 is 0."""
        kind, count, stored = self.entries.get(tag, (0, 0, b""))
        if (letters := _TYPES.get(kind)) is None or count > _MOST_NUMBERS:
            return ()
        layout = f"{self.file.order}{letters * count}"
        size = struct.calcsize(layout)
        data = stored if size <= len(stored) else self.file.at(self.file.offset(stored), size)
        values = struct.unpack_from(layout, data)
        return (
            values if len(letters) == 1 else tuple(a / b if b else 0 for a, b in zip(*[iter(values)] * 2, strict=True))
        )

    def number(self, tag: int, default: int = 0) -> int:
        """The first value of a tag, as a whole number."""
        return int(next(iter(self.numbers(tag)), default))


class Tiff:
    """A TIFF file. Raises struct.error and OverflowError where it is damaged, and what its source raises."""

    def __init__(self, source: Source) -> None:
        self._source = source
        head = self.at(0, 8)
        self.order = "<" if head[:2] == b"II" else ">"
        self._is_big = struct.unpack_from(f"{self.order}H", head, 2)[0] == _BIG
        self._first = self.offset(self.at(8, 8) if self._is_big else head[4:])

    def at(self, offset: int, size: int) -> bytes:
        """Exactly `size` bytes."""
        self._source.seek(offset)
        if len(data := self._source.read(size)) < size:
            raise struct.error("the file ends too early")
        return data

    def offset(self, data: bytes) -> int:
        """A place in the file, of 4 bytes or 8."""
        found: int = struct.unpack_from(f"{self.order}{'Q' if self._is_big else 'I'}", data)[0]
        return found

    def root(self) -> Directory:
        """The first directory."""
        return self._directory(self._first)[0]

    def directories(self) -> Iterator[Directory]:
        """All of them, each before those inside it."""
        waiting, seen = [self._first], set[int]()
        while waiting and len(seen) < _MOST_DIRECTORIES:
            place = waiting.pop(0)
            if place and place not in seen:
                seen.add(place)
                directory, following = self._directory(place)
                yield directory
                waiting = [*map(int, directory.numbers(SUB_IFDS)), following, *waiting]

    def _directory(self, place: int) -> tuple[Directory, int]:
        """The one at a place, and where the next one is, or 0."""
        head, layout, width = ("Q", "HHQ8s", 8) if self._is_big else ("H", "HHI4s", 4)
        count = struct.unpack(f"{self.order}{head}", self.at(place, struct.calcsize(f"={head}")))[0]
        if count > _MOST_ENTRIES:
            raise struct.error("a directory has too many tags")
        size = struct.calcsize(f"={layout}") * count
        rows = self.at(place + struct.calcsize(f"={head}"), size + width)
        tags = struct.iter_unpack(f"{self.order}{layout}", rows[:size])
        entries = {tag: (kind, number, data) for tag, kind, number, data in tags}
        return Directory(self, entries), self.offset(rows[size:])
