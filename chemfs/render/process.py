"""A running program whose output is read line by line. Never outlives its context; has a time limit for progress."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Self

_CHUNK_BYTES = 1 << 16


class Process:
    """Use as a context manager, which kills the program if it still runs."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], limit_seconds: float) -> None:
        """It may take `limit_seconds` until each call of `made_progress`. Raises OSError."""
        self._limit_seconds = limit_seconds
        self.made_progress()
        self.is_late = False
        self._running = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal is for chemfs, which ends it in order
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._running.wait()
        if self._running.stdout is not None:
            self._running.stdout.close()

    @property
    def exit_code(self) -> int | None:
        """The exit code, minus the number of the signal that ended it, or None while it runs."""
        return self._running.returncode

    def kill(self) -> None:
        """End the program at once; `lines` ends, too. May be called by another thread."""
        self._running.kill()

    def made_progress(self) -> None:
        """Restart the time limit."""
        self._deadline = monotonic() + self._limit_seconds

    def lines(self) -> Iterator[str]:
        """The lines that the program writes, until it ends. At the time limit it is killed, and `is_late`."""
        pending = b""
        while chunk := self._read():
            *lines, pending = (pending + chunk).split(b"\n")
            yield from (line.decode(errors="replace") for line in lines)
        if not self.is_late:
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(max(0.0, self._deadline - monotonic()))

    def _read(self) -> bytes:
        assert self._running.stdout is not None  # noqa: S101 - it is a pipe
        output = self._running.stdout.fileno()
        poll = select.poll()
        poll.register(output, select.POLLIN)
        if not poll.poll(max(0.0, self._deadline - monotonic()) * 1000):
            self.is_late = True
            return b""
        return os.read(output, _CHUNK_BYTES)
