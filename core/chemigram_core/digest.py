"""A SHA-256 as the name of an object (ADR-018). A value type; knows nothing of files."""

from __future__ import annotations

import hashlib
import re
from typing import Self

from chemigram_core.errors import InvalidDigest

_FORM = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Digest(str):
    """64 lower-case hexadecimal digits."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """The digest that `text` spells. Raises InvalidDigest."""
        if not _FORM.fullmatch(text):
            raise InvalidDigest(text)
        return super().__new__(cls, text)

    @classmethod
    def of(cls, data: bytes | memoryview) -> Digest:
        """The SHA-256 of `data`."""
        return cls(hashlib.sha256(data).hexdigest())

    @property
    def shard(self) -> str:
        """The folder below `objects/`: the first two digits."""
        return self[:2]

    @property
    def rest(self) -> str:
        """The file's name in its shard without a suffix: the other 62 digits."""
        return self[2:]
