"""FUSE's words in, ours out: requests of the kernel to a tree of nodes, and no rule of its own.

Every request is answered exactly once: by its method's answer, or by the number for what was raised.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress

from chemfs.mount import errnos
from chemfs.mount.attributes import Attributes
from chemfs.mount.device import Device
from chemfs.mount.files import Files
from chemfs.mount.inodes import Inodes
from chemfs.mount.names import Names
from chemfs.mount.protocol import Opcode
from chemfs.mount.replies import Answer, Given
from chemfs.mount.requests import Request
from chemfs.mount.served import Served, Tree

Method = Callable[[Request], Answer]


class Adapter:
    """Answers requests, called from many threads."""

    def __init__(self, tree: Tree, device: Device) -> None:
        self._device = device
        self._served = Served(tree, device.refuse)
        self._methods = _methods(Names(self._served), Files(self._served), Attributes(self._served))

    def serve(self, message: memoryview) -> None:
        """Answer one request, whatever it is. Raises struct.error when it is none."""
        request = Request(message)
        try:
            if (method := self._methods.get(request.opcode)) is None:
                self._device.refuse(request.unique, errno.ENOSYS)
            elif (answer := method(request)) is not None:
                self._give(request.unique, answer)
        except Exception as error:
            self._refuse(request.unique, errnos.number(error))

    @property
    def inodes(self) -> Inodes:
        """What the kernel remembers."""
        return self._served.inodes

    def close(self) -> None:
        """The mount has ended: close what is still open."""
        self._served.handles.close_all()

    def _give(self, unique: int, answer: bytes | Given) -> None:
        if not isinstance(answer, Given):
            self._device.answer(unique, answer)
            return
        is_given = False
        try:
            is_given = self._device.answer(unique, answer.body)
        finally:
            if not is_given:
                answer.take_back()

    def _refuse(self, unique: int, number: int) -> None:
        """Without any answer the caller would wait for ever."""
        try:
            self._device.refuse(unique, number)
        except Exception:
            with suppress(Exception):  # it was answered already, in a wrong form: the caller has got EIO
                self._device.refuse(unique, errno.EIO)


def _methods(*parts: object) -> dict[int, Method]:
    """The methods by the number of what they answer, whose name they have."""
    names = {opcode: opcode.name.lower() for opcode in Opcode}
    return {opcode: getattr(part, name) for opcode, name in names.items() for part in parts if hasattr(part, name)}
