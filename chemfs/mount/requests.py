"""A request of the kernel with its header parsed. Knows no answer."""

from __future__ import annotations

from struct import Struct
from typing import Any

from chemfs.mount.protocol import IN_HEADER

_NAMES = "utf-8", "surrogateescape"  # as os.fsdecode does in a UTF-8 locale, whatever the locale is


class Request:
    """One request; `body` is valid until the answer, since the buffer is reused."""

    __slots__ = ("body", "inode", "opcode", "thread", "unique")

    def __init__(self, message: memoryview) -> None:
        """Raises struct.error when it is shorter than a header."""
        length, self.opcode, self.unique, self.inode, self.thread = IN_HEADER.unpack_from(message)
        self.body = message[IN_HEADER.size : length]

    def fields(self, form: Struct) -> tuple[Any, ...]:
        """The numbers at the start of the body."""
        return form.unpack_from(self.body)

    def text(self, form: Struct | None = None) -> str:
        """The first string behind the numbers."""
        rest = self.body[form.size :] if form else self.body
        return str(rest, *_NAMES).partition("\0")[0]

    def two_texts(self, form: Struct | None = None) -> tuple[str, str]:
        """Both strings after the numbers."""
        first, _, rest = self._rest(form).partition(b"\0")
        return str(first, *_NAMES), str(rest.partition(b"\0")[0], *_NAMES)

    def text_and_bytes(self, form: Struct, size_bytes: int) -> tuple[str, bytes]:
        """The string after the numbers, and that many bytes after it."""
        text, _, rest = self._rest(form).partition(b"\0")
        return str(text, *_NAMES), rest[:size_bytes]

    def _rest(self, form: Struct | None) -> bytes:
        return bytes(self.body[form.size :] if form else self.body)
