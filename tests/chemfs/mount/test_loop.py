"""The threads that read requests, over a socket that pretends to be /dev/fuse."""

from __future__ import annotations

import errno
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chemfs.mount import loop as loops
from chemfs.mount.device import Device
from chemfs.mount.loop import Loop
from chemfs.tree.nodes import Node
from tests.support import kernel as ops
from tests.support.kernel import ROOT, TIMEOUT_SECONDS, Kernel, Wire
from tests.support.memory_tree import MemoryFolder, MemoryTree

GETATTR_BODY = bytes(16)
MOST = 4


class Running(Kernel):
    """A running loop, whose `wait` runs in a thread of the test."""

    def __init__(self, tree: MemoryTree) -> None:
        super().__init__(tree)
        self.loop = Loop(self.device, self.adapter.serve)
        self.loop.start()
        self.waiting = threading.Thread(target=self.loop.wait)
        self.waiting.start()

    def ask(self, opcode: int, node: int = ROOT, body: bytes = b"", thread: int = 1) -> ops.Answer:
        unique = self.send(opcode, node, body, thread)
        answer = self.receive()
        assert answer.unique == unique
        return answer

    def send_read(self, node: int, handle: int) -> int:
        return self.send(ops.READ, node, struct.pack("=QQIIQII", handle, 0, 100, 0, 0, 0, 0))

    def end(self) -> None:
        self.hang_up()
        self.waiting.join(TIMEOUT_SECONDS)
        assert not self.waiting.is_alive()
        self.device.close()


@pytest.fixture
def tree(tmp_path: Path) -> MemoryTree:
    return MemoryTree(tmp_path)


@pytest.fixture
def kernel(tree: MemoryTree, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(loops, "MOST_THREADS", MOST)
    kernel = Running(tree)
    yield kernel
    tree.go.set()
    kernel.end()


def readers() -> int:
    return sum(thread.name == "requests" for thread in threading.enumerate())


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_one_thread_answers_quick_requests(kernel: Running) -> None:
    for _ in range(100):
        kernel.look_up("fixed", "001.txt")
    assert readers() == 1


def test_save_starts_another_reader_at_once(kernel: Running, tree: MemoryTree) -> None:
    node, handle = kernel.create(kernel.look_up("files"), "new")
    kernel.close(node, handle)
    assert readers() == 2


def test_slow_look_ups_delay_no_other_request(
    kernel: Running, tree: MemoryTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(folder: MemoryFolder, name: str) -> Node:
        tree.go.wait()
        return folder.children[name]

    monkeypatch.setattr(MemoryFolder, "lookup", look_up)
    slow = [kernel.send(ops.LOOKUP, ROOT, b"fixed\0") for _ in range(MOST - 1)]
    assert kernel.ask(ops.GETATTR, ROOT, GETATTR_BODY).error == 0
    tree.go.set()
    assert {kernel.receive().unique for _ in slow} == set(slow)


def test_last_thread_keeps_answering_look_ups(kernel: Running, tree: MemoryTree) -> None:
    node = kernel.look_up("files", "blocked")
    handle, *_ = kernel.open(node).fields("=QIi")
    blocked = [kernel.send_read(node, handle) for _ in range(3 * MOST)]
    until(lambda: tree.calls["wait"] == MOST - 1)
    for _ in range(10):
        assert kernel.ask(ops.GETATTR, ROOT, GETATTR_BODY).error == 0
        assert kernel.ask(ops.STATX, ROOT, bytes(24)).error == errno.ENOSYS  # stat(1) begins with it
    assert readers() == MOST
    tree.go.set()
    assert {kernel.receive() for _ in blocked} == {(unique, 0, b"gone on") for unique in blocked}


def test_idle_threads_end(kernel: Running, tree: MemoryTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "_IDLE_SECONDS", 0.05)
    node = kernel.look_up("files", "blocked")
    handle, *_ = kernel.open(node).fields("=QIi")
    blocked = [kernel.send_read(node, handle) for _ in range(MOST)]
    until(lambda: readers() == MOST)
    tree.go.set()
    assert {kernel.receive().unique for _ in blocked} == set(blocked)
    # A reader that was replaced just before it read takes one more request.
    until(lambda: kernel.ask(ops.GETATTR, ROOT, GETATTR_BODY).error == 0 and readers() == 1)


def test_failure_to_start_a_thread_leaves_one_running(kernel: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    node, handle = kernel.create(kernel.look_up("files"), "new")
    assert kernel.close(node, handle).error == 0
    assert readers() == 1


@pytest.mark.parametrize("garbage", [b"x", b"x" * 39, b"\xff" * 40])
def test_garbage_does_not_end_the_loop(kernel: Running, garbage: bytes) -> None:
    kernel.send_bytes(garbage)
    unique = kernel.send(ops.GETATTR, ROOT, GETATTR_BODY)
    while (answer := kernel.receive()).unique != unique:
        assert answer.error == errno.ENOSYS  # an unknown opcode
    assert answer.error == 0


def test_pending_request_is_answered_before_the_loop_ends(kernel: Running, tree: MemoryTree) -> None:
    node = kernel.look_up("files", "blocked")
    handle, *_ = kernel.open(node).fields("=QIi")
    unique = kernel.send_read(node, handle)
    until(lambda: tree.calls["wait"] == 1)
    kernel.loop._end()
    time.sleep(0.05)
    assert kernel.waiting.is_alive()
    tree.go.set()
    assert kernel.receive().unique == unique
    kernel.waiting.join(TIMEOUT_SECONDS)
    assert not kernel.waiting.is_alive()


def test_a_loop_ends_while_programs_keep_files_open(kernel: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "_LAST_CLOSE_SECONDS", 0.0)
    kernel.loop.stop()
    kernel.waiting.join(TIMEOUT_SECONDS)
    assert not kernel.waiting.is_alive()


def test_failing_device_ends_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Device, __: memoryview) -> int:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(Device, "receive", broken)
    loop = Loop(Wire().device, lambda _: None)
    loop.start()
    loop.wait()


class Read:
    """os.readv that fails with some errors first."""

    def __init__(self, *errors: int) -> None:
        self._errors = list(errors)

    def __call__(self, _: int, buffers: tuple[memoryview]) -> int:
        if self._errors:
            number = self._errors.pop(0)
            raise OSError(number, os.strerror(number))
        return 7


def test_interrupted_reads_are_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "readv", Read(errno.EINTR, errno.ENOENT, errno.EAGAIN))
    assert Wire().device.receive(memoryview(bytearray(8))) == 7


def test_read_after_unmount_returns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "readv", Read(errno.ENODEV))
    assert Wire().device.receive(memoryview(bytearray(8))) == 0


@pytest.mark.parametrize("number", [errno.ENOENT, errno.ENODEV])
def test_answer_to_a_dead_caller_reports_failure(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def gone(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    wire = Wire()
    assert wire.device.answer(2, b"")
    monkeypatch.setattr(os, "writev", gone)
    assert not wire.device.answer(2, b"")
    assert not wire.device.refuse(2, errno.EIO)


def test_device_is_not_inherited_by_child_processes(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(descriptor, True)  # noqa: FBT003
    device = Device(descriptor)
    assert not os.get_inheritable(descriptor)
    device.close()
