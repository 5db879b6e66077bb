"""Translates the kernel's requests into calls on a tree of nodes. Has no rule of its own.

Every request is answered exactly once: with its method's result, or with the errno of the exception.
"""

from __future__ import annotations

import errno
import math
from collections.abc import Callable
from contextlib import suppress

from chemfs.mount import errnos
from chemfs.mount.attributes import Attributes
from chemfs.mount.cached_names import CachedNames
from chemfs.mount.device import Device
from chemfs.mount.files import Files
from chemfs.mount.inodes import Inodes
from chemfs.mount.names import Names
from chemfs.mount.protocol import Opcode
from chemfs.mount.replies import Answer, Body
from chemfs.mount.requests import Request
from chemfs.mount.served import Served, Tree

Method = Callable[[Request], Answer]


class Adapter:
    """Answers requests. Safe for many threads."""

    def __init__(self, tree: Tree, device: Device, most_stat_seconds: float = math.inf) -> None:
        """The kernel may cache attributes for `most_stat_seconds` at the most."""
        self._device = device
        self._served = Served(tree, CachedNames(device.drop_attributes), device.refuse, most_stat_seconds)
        names, files = Names(self._served), Files(self._served)
        self._methods = _methods(names, files, Attributes(self._served))
        self._take_back = names.take_back | files.take_back

    def serve(self, message: memoryview) -> None:
        """Answer one request of any kind. Raises struct.error for a message that is not a request."""
        request, answer, is_given = Request(message), None, False
        try:
            if (method := self._methods.get(request.opcode)) is None:
                self._device.refuse(request.unique, errno.ENOSYS)
            elif (answer := method(request)) is not None:
                is_given = self._device.answer(request.unique, answer)
        except Exception as error:
            self._refuse(request.unique, errnos.number(error))
        if answer is not None and not is_given:
            self._withdraw(request, answer)

    @property
    def inodes(self) -> Inodes:
        """What the kernel remembers."""
        return self._served.inodes

    def close(self) -> None:
        """Close what is still open when the mount has ended."""
        self._served.handles.close_all()

    def _withdraw(self, request: Request, answer: Body) -> None:
        """Take back what an answer hands out whose caller has gone: it will never give it back."""
        if (take_back := self._take_back.get(request.opcode)) is not None:
            take_back(answer)

    def _refuse(self, unique: int, number: int) -> None:
        """Answer with an errno; without an answer the caller would wait forever."""
        try:
            self._device.refuse(unique, number)
        except Exception:
            with suppress(Exception):  # a malformed answer was sent before: the caller got EIO
                self._device.refuse(unique, errno.EIO)


def _methods(*parts: object) -> dict[int, Method]:
    """The methods by opcode; each has the opcode's name."""
    names = {opcode: opcode.name.lower() for opcode in Opcode}
    return {opcode: getattr(part, name) for opcode, name in names.items() for part in parts if hasattr(part, name)}
