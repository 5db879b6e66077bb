"""A request of the kernel with its header parsed. Knows no answer."""

from __future__ import annotations

from struct import Struct
from typing import Any

from chemfs.mount.protocol import IN_HEADER, NAMES


class Request:
    """One request; it is valid until the answer, since the buffer is reused."""

    __slots__ = ("_message", "inode", "opcode", "thread", "unique")

    def __init__(self, message: memoryview) -> None:
        """Raises struct.error when it is shorter than a header."""
        self._message = message
        self.opcode, self.unique, self.inode, self.thread = IN_HEADER.unpack_from(message)

    @property
    def body(self) -> memoryview:
        """Everything after the header."""
        return self._message[IN_HEADER.size :]

    def fields(self, form: Struct) -> tuple[Any, ...]:
        """The numbers at the start of the body."""
        return form.unpack_from(self._message, IN_HEADER.size)

    def text(self, form: Struct | None = None) -> str:
        """The first string after the numbers."""
        start = IN_HEADER.size + form.size if form else IN_HEADER.size
        return str(self._message[start:], *NAMES).partition("\0")[0]

    def two_texts(self, form: Struct | None = None) -> tuple[str, str]:
        """Both strings after the numbers."""
        first, _, rest = self._rest(form).partition(b"\0")
        return str(first, *NAMES), str(rest.partition(b"\0")[0], *NAMES)

    def text_and_bytes(self, form: Struct, size_bytes: int) -> tuple[str, bytes]:
        """The string after the numbers, and that many bytes after it."""
        text, _, rest = self._rest(form).partition(b"\0")
        return str(text, *NAMES), rest[:size_bytes]

    def _rest(self, form: Struct | None) -> bytes:
        return bytes(self.body[form.size :] if form else self.body)
