"""What is compared: references to files and folders with hints about them. Knows no kind of file."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Protocol, Self, cast

from chemigram_core.compare.json_object import JsonObject, JsonValue
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidDigest, InvalidJson


class DataAccess(Protocol):
    """The only access to the bytes of items."""

    def open(self, item: ItemRef) -> BufferedIOBase:
        """A seekable stream of the item's bytes, at its start. Raises OSError, StoreFailed."""
        ...


class Readable(Protocol):
    """A handle of a file: something that can be opened."""

    def open(self) -> BufferedIOBase:
        """A seekable stream of the bytes, at its start. Raises OSError, StoreFailed."""
        ...


@dataclass(frozen=True, slots=True)
class ItemRef:
    """A file or folder: where it is logically (`/` between names), and a handle that only its producer understands.

    `content_hash`, `size_bytes` and `media_type` are opportunistic hints (the ItemRef ADR):

    - A producer sets a hint when it is free, as a byproduct of what it does anyway.
    - A consumer must not assume that a hint is there, and may trust one that is: it describes the current bytes.
    - A consumer that needs a value calls `resolve_hash` or `resolve_size`, which give the hint, or read and compute.
      They change nothing here: what was computed travels on in the `details` of the node that is made of the item.

    A new hint follows the same rule: it is optional, and absent from JSON when it is absent here; it has a `resolve_*`
    method with a clear fallback; the natural producer sets it if and only if it is free there; and consumers call
    `resolve_*` instead of testing the field. A modification time is not a hint: it is not free, and unreliable.
    """

    logical_path: str
    is_directory: bool
    handle: object
    content_hash: Digest | None = None
    size_bytes: int | None = None
    media_type: str | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.logical_path.rpartition("/")[2]

    def resolve_hash(self, data: DataAccess) -> Digest:
        """The SHA-256 of the bytes: the hint, or read now. Raises OSError (for a folder too), StoreFailed."""
        if self.content_hash is not None:
            return self.content_hash
        with data.open(self) as stream:
            return Digest(hashlib.file_digest(stream, "sha256").hexdigest())

    def resolve_size(self, data: DataAccess) -> int:
        """The number of bytes: the hint, or looked up now. Raises as `resolve_hash`."""
        if self.size_bytes is not None:
            return self.size_bytes
        with data.open(self) as stream:
            return stream.seek(0, os.SEEK_END)

    def to_json(self) -> dict[str, JsonValue]:
        """The item without its handle, under the ADR's keys; a hint that is absent is absent here."""
        hints = {"content_hash": self.content_hash, "size": self.size_bytes, "media_type": self.media_type}
        known: dict[str, JsonValue] = {name: value for name, value in hints.items() if value is not None}
        return {"logical_path": self.logical_path, "is_directory": self.is_directory, **known}

    @classmethod
    def from_json(cls, data: JsonValue, handle: object = None) -> Self:
        """The item that `to_json` wrote, with a handle of the reader's. Raises InvalidJson."""
        found = JsonObject.of("item", data)
        try:
            content_hash = None if (text := found.optional_text("content_hash")) is None else Digest(text)
        except InvalidDigest as error:
            raise InvalidJson("item", str(error)) from error
        return cls(
            found.text("logical_path"),
            found.flag("is_directory"),
            handle,
            content_hash,
            found.optional_size("size"),
            found.optional_text("media_type"),
        )


@dataclass(frozen=True, slots=True)
class ItemPair:
    """Two items at one place, or one that was added (no left) or removed (no right)."""

    left: ItemRef | None
    right: ItemRef | None

    @property
    def preferred(self) -> ItemRef:
        """The side that names the pair: the right one if there is one."""
        item = self.right or self.left
        if item is None:
            raise ValueError("a pair needs at least one side")
        return item

    @property
    def sides(self) -> tuple[ItemRef, ...]:
        """The existing sides, left first."""
        return tuple(item for item in (self.left, self.right) if item is not None)

    @property
    def path(self) -> str:
        """The logical path."""
        return self.preferred.logical_path

    @property
    def media_type(self) -> str | None:
        """The kind of bytes, of the preferred side that has the hint."""
        return next((item.media_type for item in reversed(self.sides) if item.media_type), None)

    @property
    def matching_content_hash(self) -> Digest | None:
        """The hash of both, when both hints are there and equal. Never reads."""
        if self.left is None or self.right is None or self.left.content_hash != self.right.content_hash:
            return None
        return self.left.content_hash


class HandleAccess:
    """Opens items by their handles."""

    def open(self, item: ItemRef) -> BufferedIOBase:
        """See DataAccess."""
        if item.is_directory:
            raise IsADirectoryError(f"{item.logical_path} is a folder")
        return cast(Readable, item.handle).open()  # every producer of files sets such handles


def joined(folder: str, name: str) -> str:
    """The logical path of `name` in `folder`; the root's is empty."""
    return f"{folder}/{name}" if folder else name
