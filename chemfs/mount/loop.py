"""The threads that read and answer requests. Knows only the opcode of a request.

The thread that reads a request answers it: handing it to another one would cost more than most requests do. Another
thread reads on while a request takes long: at once if it may save, otherwise as soon as the watching thread notices.
The last thread that may be started answers only requests that never wait; it puts the others back for a free thread.
"""

from __future__ import annotations

import logging
import mmap
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from chemfs.mount.device import Device
from chemfs.mount.protocol import BUFFER_BYTES, Opcode

MOST_THREADS = 64
_IDLE_SECONDS = 10.0  # a thread without work ends after this time
_LONG_SECONDS = 0.005  # when a request takes longer, another thread reads
_LAST_CLOSE_SECONDS = 1.0  # after an unmount, for open files
_OPCODE_AT = 4 if sys.byteorder == "little" else 7  # the offset of its lowest byte in a request; all are below 256
_SAVES = {Opcode.FLUSH, Opcode.FSYNC, Opcode.RENAME, Opcode.SETATTR, Opcode.SETXATTR, Opcode.REMOVEXATTR}
_SAVES |= {Opcode.UNLINK, Opcode.RMDIR, Opcode.MKDIR, Opcode.SYMLINK}
_LOOKS = {Opcode.LOOKUP, Opcode.GETATTR, Opcode.GETXATTR, Opcode.READLINK, Opcode.ACCESS, Opcode.STATFS}
_MAY_WAIT = set(Opcode) - _LOOKS - {Opcode.FORGET, Opcode.BATCH_FORGET, Opcode.INTERRUPT}

logger = logging.getLogger(__name__)


class _Worker:
    """A thread and its buffer, whose pages are allocated when a request first needs them."""

    def __init__(self) -> None:
        self.buffer = memoryview(mmap.mmap(-1, BUFFER_BYTES, flags=mmap.MAP_PRIVATE))
        self.is_serving = False


class Loop:
    """The threads of one mount. `serve` answers one message, and is called from several threads at once."""

    def __init__(self, device: Device, serve: Callable[[memoryview], None]) -> None:
        self._device, self._serve = device, serve
        # Guards the four attributes below, and is never held while a request is served. What interleaves:
        # - The reader compares itself with `_reader` without the lock. If it is replaced just before it reads, two
        #   threads read, a request each; the replaced one then sees that it is no longer the reader.
        # - A worker's idle time may run out just as it is woken: it checks for work once more before it ends.
        # - The last thread may put a request back just as another one becomes free: that one checks before it waits.
        # - The watcher sets that it sleeps, then checks for a served request; the reader sets that it serves, then
        #   checks whether the watcher sleeps. One of the two sees the other.
        self._turn = threading.Condition()
        self._workers: set[_Worker] = set()
        self._idle = 0
        self._reader: _Worker | None = None
        self._put_back: deque[bytes] = deque()
        self._taken = 0  # the number of requests read, for the watcher
        self._watcher_sleeps = False
        self._alarm = threading.Event()
        self._ended = threading.Event()

    def start(self) -> None:
        """Start reading. Raises RuntimeError if no thread can be started."""
        with self._turn:
            self._start_reader()

    def wait(self) -> None:
        """Watch for long requests; return after the unmount, when every request that was read is answered."""
        seen = 0
        while not self._ended.wait(_LONG_SECONDS):
            taken, is_serving = self._taken, self._is_serving()
            if taken == seen and is_serving:
                self._call_reader()
            elif taken == seen:
                self._sleep()
            seen = taken
        with self._turn:
            self._turn.wait_for(lambda: not any(worker.is_serving for worker in self._workers))

    def stop(self) -> None:
        """End after an unmount, even if programs keep files open and the kernel keeps the connection."""
        if not self._ended.wait(_LAST_CLOSE_SECONDS):
            self._end()

    def _is_serving(self) -> bool:
        reader = self._reader
        return reader is not None and reader.is_serving

    def _sleep(self) -> None:
        self._alarm.clear()
        self._watcher_sleeps = True
        if not self._is_serving() and not self._ended.is_set():
            self._alarm.wait()
        self._watcher_sleeps = False

    def _end(self) -> None:
        self._ended.set()
        self._alarm.set()
        with self._turn:
            self._reader = None
            self._turn.notify_all()

    def _call_reader(self) -> None:
        """Let another thread read, if one is free or may be started."""
        with self._turn:
            if self._idle:
                self._reader = None
                self._turn.notify()
            elif len(self._workers) < MOST_THREADS:
                with suppress(RuntimeError, OSError, MemoryError):  # no thread or memory: the current reader continues
                    self._start_reader()

    def _start_reader(self) -> None:
        worker = _Worker()
        threading.Thread(target=self._work, args=(worker,), name="requests", daemon=True).start()
        self._workers.add(worker)
        self._reader = worker

    def _work(self, worker: _Worker) -> None:
        try:
            while self._is_needed(worker):
                if self._reader is worker:
                    self._read(worker)
                else:
                    self._answer_put_back(worker)
        except Exception:
            logger.exception("can't read requests any more")
            self._end()
        finally:
            with self._turn:
                self._workers.discard(worker)
                self._turn.notify_all()

    def _is_needed(self, worker: _Worker) -> bool:
        """Whether there is work; waits for it up to the idle time."""
        with self._turn:
            self._idle += 1
            self._turn.wait_for(lambda: self._has_work_for(worker) or self._ended.is_set(), _IDLE_SECONDS)
            self._idle -= 1
            if self._reader is None:
                self._reader = worker
            return self._has_work_for(worker) and not self._ended.is_set()

    def _has_work_for(self, worker: _Worker) -> bool:
        return self._reader in (None, worker) or bool(self._put_back)

    def _read(self, worker: _Worker) -> None:
        while self._reader is worker:
            size = self._device.receive(worker.buffer)
            if not size:
                self._end()
                return
            self._taken += 1
            opcode = worker.buffer[_OPCODE_AT]  # there, too, when a message is too short to be a request
            if opcode in _SAVES and self._reader is worker:
                self._call_reader()
            if opcode in _MAY_WAIT and self._reader is worker and self._is_last:
                self._put_back_for_others(bytes(worker.buffer[:size]))
            else:
                self._answer(worker, worker.buffer[:size])

    @property
    def _is_last(self) -> bool:
        return len(self._workers) >= MOST_THREADS and not self._idle

    def _put_back_for_others(self, message: bytes) -> None:
        with self._turn:
            self._put_back.append(message)
            self._turn.notify()

    def _answer_put_back(self, worker: _Worker) -> None:
        with suppress(IndexError):  # another thread has taken it
            self._answer(worker, memoryview(self._put_back.popleft()))

    def _answer(self, worker: _Worker, message: memoryview) -> None:
        worker.is_serving = True
        if self._watcher_sleeps:
            self._alarm.set()
        try:
            self._serve(message)
        except Exception:
            logger.exception("can't answer a request")
        finally:
            worker.is_serving = False
