"""SIGTERM and SIGINT as something to wait for. A second one interrupts whatever runs."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Self

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopSignals:
    """Use as a context manager. `fileno` can be read as soon as a signal came."""

    def __init__(self) -> None:
        self.is_set = False
        self._reader, self._writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._stop) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._reader)
        os.close(self._writer)

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._reader

    def _stop(self, _: int, __: FrameType | None) -> None:
        if self.is_set:
            raise KeyboardInterrupt
        self.is_set = True
        os.write(self._writer, b"!")
