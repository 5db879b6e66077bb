"""The adapter without a kernel: requests as bytes, answers as bytes, over a tree in memory."""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chemfs.mount.inode import Inode
from chemfs.mount.inodes import Inodes
from chemfs.tree.nodes import Node
from chemfs.tree.open_files import OpenFile, Stat
from chemigram_core.errors import ObjectMissing
from tests.support import kernel as ops
from tests.support.kernel import ROOT, Kernel
from tests.support.memory_tree import TIME_NS, Frozen, MemoryFolder, MemoryTree, Writable

ATTR = "=QQQqqqIIIIIIIIII"
ENTRY = "=QQQQII"
SECONDS, NS = divmod(TIME_NS, 1_000_000_000)
LOCK = "=QQQQIIII"
SETATTR = "=IIQQQQQQIIIIIIII"


@pytest.fixture
def tree(tmp_path: Path) -> MemoryTree:
    return MemoryTree(tmp_path)


@pytest.fixture
def kernel(tree: MemoryTree) -> Iterator[Kernel]:
    kernel = Kernel(tree)
    yield kernel
    kernel.hang_up()
    kernel.device.close()


def setattr_body(
    valid: int, *, handle: int = 0, size: int = 0, times_ns: tuple[int, int] = (0, 0), mode: int = 0
) -> bytes:
    (atime, atime_ns), (mtime, mtime_ns) = (divmod(moment, 1_000_000_000) for moment in times_ns)
    return struct.pack(SETATTR, valid, 0, handle, size, 0, atime, mtime, 0, atime_ns, mtime_ns, 0, mode, 0, 0, 0, 0)


def names_of(listing: bytes) -> list[tuple[str, int, int]]:
    """The name, the type and the next offset of each record."""
    found, place = [], 0
    while place < len(listing):
        ino, following, length, kind = struct.unpack_from("=QQII", listing, place)
        assert ino
        found.append((listing[place + 24 : place + 24 + length].decode(), kind, following))
        place += 24 + length + -length % 8
    return found


# Looking


def test_a_look_up_gives_number_times_and_attributes(kernel: Kernel) -> None:
    answer = kernel.ask(ops.LOOKUP, kernel.look_up("fixed"), b"001.txt\0")
    assert (answer.error, len(answer.body)) == (0, 128)
    number, *times = answer.fields(ENTRY)
    assert number == kernel.look_up("fixed", "001.txt")
    assert times == [0, 3600, 3600, 0, 0]
    shown, *rest = answer.fields(ATTR, 40)
    assert shown
    mode = stat.S_IFREG | 0o444
    size, blocks = 2000, 4
    times = [SECONDS] * 3 + [NS] * 3
    assert rest == [size, blocks, *times, mode, 1, os.getuid(), os.getgid(), 0, 131072, 0]


def test_changing_name_is_not_cached(kernel: Kernel) -> None:
    answer = kernel.ask(ops.LOOKUP, ROOT, b"files\0")
    assert answer.fields(ENTRY)[1:] == (0, 0, 0, 0, 10_000_000)
    assert stat.S_ISDIR(answer.fields(ATTR, 40)[9])
    assert answer.fields(ATTR, 40)[10] == 2


def test_missing_name_is_cached_where_its_folder_allows(kernel: Kernel) -> None:
    answer = kernel.ask(ops.LOOKUP, kernel.look_up("fixed"), b"nothing\0")
    assert (answer.error, len(answer.body)) == (0, 128)
    assert answer.fields(ENTRY) == (0, 0, 3600, 0, 0, 0)
    assert kernel.ask(ops.LOOKUP, kernel.look_up("files"), b"nothing\0") == (answer.unique + 4, errno.ENOENT, b"")


def test_times_before_1970_are_accepted(kernel: Kernel, tree: MemoryTree) -> None:
    file = tree.files.children["old"] = Writable(tree)
    file.mtime_ns = -1_500_000_000
    attributes = kernel.ask(ops.GETATTR, kernel.look_up("files", "old"), struct.pack("=IIQ", 0, 0, 0)).fields(ATTR, 16)
    assert (attributes[4], attributes[7]) == (-2, 500_000_000)


def test_attributes_of_a_fixed_file_are_cached_for_long(kernel: Kernel) -> None:
    answer = kernel.ask(ops.GETATTR, kernel.look_up("fixed", "001.txt"), struct.pack("=IIQ", 0, 0, 0))
    assert (answer.error, len(answer.body), answer.fields("=QII")) == (0, 104, (3600, 0, 0))
    assert answer.fields(ATTR, 16)[1] == 2000


def test_a_link_and_its_target(kernel: Kernel) -> None:
    assert kernel.ask(ops.READLINK, kernel.look_up("link")).body == b"fixed/001.txt"
    assert kernel.ask(ops.READLINK, kernel.look_up("fixed")).error == errno.EINVAL


def test_a_listing_in_pieces(kernel: Kernel, tree: MemoryTree) -> None:
    folder = kernel.look_up("fixed")
    opened = kernel.ask(ops.OPENDIR, folder, struct.pack("=II", os.O_RDONLY, 0))
    handle, flags, _ = opened.fields("=QIi")
    assert (len(opened.body), flags, tree.calls["list"]) == (16, 0, 0)
    found: list[tuple[str, int, int]] = []
    while True:
        body = struct.pack("=QQIIQII", handle, found[-1][2] if found else 0, 500, 0, 0, 0, 0)
        listing = kernel.ask(ops.READDIR, folder, body).body
        assert len(listing) <= 500
        if not listing:
            break
        found += names_of(listing)
    assert [name for name, *_ in found] == [".", "..", *tree.fixed.children]
    assert {kind for name, kind, _ in found if name.endswith(".txt")} == {stat.S_IFREG >> 12}
    assert tree.calls["list"] == 1
    assert kernel.ask(ops.RELEASEDIR, folder, struct.pack("=QIIQ", handle, 0, 0, 0)).error == 0


def test_rewound_listing_is_read_again(kernel: Kernel, tree: MemoryTree) -> None:
    folder = kernel.look_up("files")
    (handle, *_) = kernel.ask(ops.OPENDIR, folder, struct.pack("=II", 0, 0)).fields("=QIi")
    body = struct.pack("=QQIIQII", handle, 0, 4096, 0, 0, 0, 0)
    kernel.ask(ops.READDIR, folder, body)
    tree.files.children["new"] = Writable(tree)
    assert "new" in [name for name, *_ in names_of(kernel.ask(ops.READDIR, folder, body).body)]


def test_statfs_reports_the_store(kernel: Kernel, tmp_path: Path) -> None:
    answer = kernel.ask(ops.STATFS)
    found = os.statvfs(tmp_path)
    assert len(answer.body) == 80
    blocks, _, _, files, _, size, longest, fragment = answer.fields("=QQQQQIII")
    assert (blocks, files, size, longest, fragment) == (
        found.f_blocks, found.f_files, found.f_bsize, found.f_namemax, found.f_frsize,
    )  # fmt: skip


def test_access_checks_writing_only(kernel: Kernel) -> None:
    fixed, files = kernel.look_up("fixed", "001.txt"), kernel.look_up("files")
    assert kernel.ask(ops.ACCESS, fixed, struct.pack("=II", os.R_OK, 0)).error == 0
    assert kernel.ask(ops.ACCESS, fixed, struct.pack("=II", os.W_OK, 0)).error == errno.EROFS
    assert kernel.ask(ops.ACCESS, files, struct.pack("=II", os.W_OK, 0)).error == 0


# Names


def test_names_are_created_renamed_and_removed(kernel: Kernel, tree: MemoryTree) -> None:
    files = kernel.look_up("files")
    made = kernel.ask(ops.MKDIR, files, struct.pack("=II", 0o40750, 0) + b"sub\0")
    assert (len(made.body), made.fields(ATTR, 40)[9]) == (128, stat.S_IFDIR | 0o750)
    linked = kernel.ask(ops.SYMLINK, files, b"to\0../fixed\0")
    assert kernel.ask(ops.READLINK, linked.node).body == b"../fixed"
    mode = stat.S_IFREG | 0o640
    node = kernel.ask(ops.MKNOD, files, struct.pack("=IIII", mode, 0, 0, 0) + b"one\0").node
    assert kernel.ask(ops.LINK, files, struct.pack("=Q", node) + b"two\0").error == 0
    rename = struct.pack("=Q", made.node) + b"one\0three\0"
    assert kernel.ask(ops.RENAME, files, rename).is_done
    assert kernel.look_up("files", "sub", "three") == node
    assert kernel.ask(ops.RMDIR, files, b"sub\0").error == errno.ENOTEMPTY
    for name in (b"two\0", b"to\0"):
        assert kernel.ask(ops.UNLINK, files, name).is_done
    assert kernel.ask(ops.UNLINK, made.node, b"three\0").error == 0
    assert kernel.ask(ops.RMDIR, files, b"sub\0").error == 0
    assert list(tree.files.children) == ["blocked"]


def test_mknod_creates_only_files(kernel: Kernel) -> None:
    body = struct.pack("=IIII", stat.S_IFIFO | 0o640, 0, 0, 0) + b"fifo\0"
    assert kernel.ask(ops.MKNOD, kernel.look_up("files"), body).error == errno.EPERM


def test_node_is_notified_of_its_rename(kernel: Kernel, tree: MemoryTree, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[tuple[Node, Node, str]] = []
    monkeypatch.setattr(Writable, "moved", lambda *heard: moved.append(heard))
    files = kernel.look_up("files")
    kernel.create(files, "one")
    kernel.ask(ops.RENAME, files, struct.pack("=Q", files) + b"one\0two\0")
    assert moved == [(tree.files.children["two"], tree.files, "two")]


def test_removed_folder_is_stale(kernel: Kernel) -> None:
    files = kernel.look_up("files")
    sub = kernel.ask(ops.MKDIR, files, struct.pack("=II", 0o755, 0) + b"sub\0").node
    kernel.ask(ops.RMDIR, files, b"sub\0")
    for opcode, body in ((ops.LOOKUP, b"x\0"), (ops.OPENDIR, bytes(8)), (ops.MKDIR, bytes(8) + b"x\0")):
        assert kernel.ask(opcode, sub, body).error == errno.ESTALE


def test_name_removed_during_its_look_up_still_gets_an_inode(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = kernel.look_up("files")
    number, _ = kernel.create(folder, "notes")
    look_up = Inodes.look_up

    def look_up_and_lose(inodes: Inodes, parent: int, name: str, *rest: Any, **options: Any) -> Inode:
        found = look_up(inodes, parent, name, *rest, **options)
        inodes.removed(parent, name)
        return found

    monkeypatch.setattr(Inodes, "look_up", look_up_and_lose)
    assert kernel.ask(ops.LOOKUP, folder, b"notes\0").node == number


# Files


def test_fixed_file_keeps_its_pages_and_needs_no_flush(kernel: Kernel) -> None:
    node = kernel.look_up("fixed", "large.bin")
    handle, flags, _ = kernel.open(node).fields("=QIi")
    assert flags == 2 | 32  # KEEP_CACHE, NOFLUSH
    assert kernel.read(node, handle, 6, 254).body == b"\xfe\xff\0\1\2\3"
    assert kernel.read(node, handle, 10, 1 << 22).body == b""


def test_computed_file_bypasses_the_page_cache(kernel: Kernel) -> None:
    assert kernel.open(kernel.look_up("calls")).fields("=QIi")[1] == 1 | 32  # DIRECT_IO, NOFLUSH


def test_file_is_created_written_truncated_and_read(kernel: Kernel, tree: MemoryTree) -> None:
    files = kernel.look_up("files")
    node, handle = kernel.create(files, "new", mode=0o620)
    assert kernel.write(node, handle, b"x" * 1000, 5).body == struct.pack("=II", 1000, 0)
    assert kernel.read(node, handle, 7).body == b"\0\0\0\0\0xx"
    cut = kernel.ask(ops.SETATTR, node, setattr_body(0x248, handle=handle, size=6))
    assert (len(cut.body), cut.fields(ATTR, 16)[1]) == (104, 6)
    assert kernel.ask(ops.FSYNC, node, struct.pack("=QII", handle, 1, 0)).is_done
    assert kernel.close(node, handle).error == 0
    made = tree.files.children["new"]
    assert isinstance(made, Writable)
    assert bytes(made.data) == b"\0" * 5 + b"x"
    assert kernel.ask(ops.SETATTR, node, setattr_body(0x208, size=3)).fields(ATTR, 16)[1] == 3
    assert (tree.calls["flush"], tree.calls["release"]) == (2, 2)


def test_each_close_of_a_shared_file_is_flushed_if_it_can_write(kernel: Kernel) -> None:
    node, handle = kernel.create(kernel.look_up("files"), "new")
    kernel.close(node, handle)
    assert kernel.open(node, os.O_WRONLY).fields("=QIi")[1] == 0
    assert kernel.open(node, os.O_RDONLY).fields("=QIi")[1] == 32


def test_mode_owner_and_times_are_set(kernel: Kernel, tree: MemoryTree) -> None:
    node, _ = kernel.create(kernel.look_up("files"), "new")
    changed = kernel.ask(ops.SETATTR, node, setattr_body(1, mode=0o100601))
    assert changed.fields(ATTR, 16)[9] == stat.S_IFREG | 0o601
    changed = kernel.ask(ops.SETATTR, node, setattr_body(16 | 32, times_ns=(5, 1_000_000_007)))
    assert changed.fields(ATTR, 16)[3:9] == (1, 1, 1, 7, 7, 7)
    kernel.ask(ops.SETATTR, node, setattr_body(16, times_ns=(99, 99)))
    assert tree.files.children["new"].stat().mtime_ns == 1_000_000_007
    kernel.ask(ops.SETATTR, node, setattr_body(0x1B0))
    assert tree.files.children["new"].stat().mtime_ns > TIME_NS
    assert kernel.ask(ops.SETATTR, node, setattr_body(2)).error == errno.EROFS


def test_write_to_a_read_only_file_is_refused_and_opens_nothing(kernel: Kernel, tree: MemoryTree) -> None:
    node = kernel.look_up("fixed", "001.txt")
    assert kernel.open(node, os.O_RDWR, thread=7).error == errno.EROFS
    assert kernel.look_up("fixed", "001.txt") == node
    assert tree.calls["open"] == 0


# Versioned files: a writer's bytes are hidden from others until it closes


def test_writer_has_an_inode_of_its_own(kernel: Kernel, tree: MemoryTree) -> None:
    folder = kernel.look_up("versioned")
    shared = kernel.look_up("versioned", "image.xmp", thread=1)
    kernel.look_up("versioned", "image.xmp", thread=2)
    assert kernel.open(shared, os.O_WRONLY, thread=2).error == errno.ESTALE
    own = kernel.ask(ops.LOOKUP, folder, b"image.xmp\0", thread=2)
    assert own.node != shared
    assert own.fields(ENTRY)[2:] == (0, 0, 0, 0)
    handle, flags, _ = kernel.open(own.node, os.O_WRONLY, thread=2).fields("=QIi")
    assert flags == 0
    kernel.write(own.node, handle, b"second, longer")
    for node, size in ((own.node, 14), (shared, 5)):
        assert kernel.ask(ops.GETATTR, node, bytes(16)).fields(ATTR, 16)[1] == size
    assert kernel.close(own.node, handle).error == 0
    assert tree.versioned.tips["image.xmp"] == b"second, longer"


def test_reader_keeps_the_opened_content(kernel: Kernel, tree: MemoryTree) -> None:
    old = kernel.look_up("versioned", "image.xmp")
    handle, *_ = kernel.open(old).fields("=QIi")
    tree.versioned.tips["image.xmp"] = b"second, longer"
    new = kernel.look_up("versioned", "image.xmp")
    assert new != old
    assert kernel.read(old, handle).body == b"first"
    assert kernel.ask(ops.GETATTR, old, struct.pack("=IIQ", 1, 0, handle)).fields(ATTR, 16)[1] == 5
    again, *_ = kernel.open(old).fields("=QIi")
    assert kernel.read(old, again).body == b"first"


def test_reading_a_writers_inode_shows_the_saved_content(kernel: Kernel) -> None:
    folder = kernel.look_up("versioned")
    node, handle = kernel.create(folder, "new.xmp")
    kernel.write(node, handle, b"half")
    reader, *_ = kernel.open(node).fields("=QIi")
    assert kernel.read(node, reader).body == b""
    assert kernel.ask(ops.GETATTR, node, bytes(16)).fields(ATTR, 16)[1] == 4


def test_missing_content_is_looked_up_again_once(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: Frozen) -> OpenFile:
        raise ObjectMissing("0" * 64)

    node = kernel.look_up("versioned", "image.xmp")
    monkeypatch.setattr(Frozen, "open_to_read", gone)
    assert kernel.open(node).error == errno.ESTALE
    again = kernel.look_up("versioned", "image.xmp")
    assert again != node
    assert kernel.open(again).error == errno.EIO


# Attributes


def test_extended_attributes(kernel: Kernel) -> None:
    node, _ = kernel.create(kernel.look_up("files"), "new")
    value = struct.pack("=II", 3, 0) + b"user.note\0abc"
    assert kernel.ask(ops.SETXATTR, node, value).is_done
    assert kernel.ask(ops.SETXATTR, node, struct.pack("=II", 3, os.XATTR_CREATE) + value[8:]).error == errno.EEXIST
    for opcode, name, found in ((ops.GETXATTR, b"user.note\0", b"abc"), (ops.LISTXATTR, b"", b"user.note\0")):
        size = kernel.ask(opcode, node, struct.pack("=II", 0, 0) + name)
        assert size.body == struct.pack("=II", len(found), 0)
        assert kernel.ask(opcode, node, struct.pack("=II", 100, 0) + name).body == found
        assert kernel.ask(opcode, node, struct.pack("=II", 2, 0) + name).error == errno.ERANGE
    assert kernel.ask(ops.GETXATTR, node, struct.pack("=II", 0, 0) + b"user.other\0").error == errno.ENODATA
    for name in (b"security.capability\0", b"system.posix_acl_access\0"):
        assert kernel.ask(ops.GETXATTR, node, struct.pack("=II", 0, 0) + name).error == errno.EOPNOTSUPP
    assert kernel.ask(ops.REMOVEXATTR, node, b"user.note\0").error == 0
    assert kernel.ask(ops.REMOVEXATTR, node, b"user.note\0").error == errno.ENODATA


# Locks


def lock_body(handle: int, owner: int, kind: int, *, flock: bool = False) -> bytes:
    return struct.pack(LOCK, handle, owner, 0, (1 << 63) - 1, kind, 1000 + owner, flock, 0)


def test_locks_are_by_place_not_by_inode(kernel: Kernel) -> None:
    folder = kernel.look_up("versioned")
    first = kernel.look_up("versioned", "image.xmp")
    own, *_ = kernel.open(first, os.O_WRONLY).fields("=QIi")
    second = kernel.ask(ops.LOOKUP, folder, b"image.xmp\0", thread=2).node
    other, *_ = kernel.open(second, thread=2).fields("=QIi")
    assert first != second
    assert kernel.ask(ops.SETLK, first, lock_body(own, 1, 1)).is_done
    assert kernel.ask(ops.SETLK, second, lock_body(other, 2, 0)).error == errno.EAGAIN
    found = kernel.ask(ops.GETLK, second, lock_body(other, 2, 0))
    assert found.fields("=QQII") == (0, (1 << 63) - 1, 1, 1001)
    assert kernel.ask(ops.SETLK, second, lock_body(other, 2, 1, flock=True)).error == 0
    assert kernel.close(first, own, owner=1).error == 0
    assert kernel.ask(ops.SETLK, second, lock_body(other, 2, 0)).error == 0
    assert kernel.ask(ops.RELEASE, second, struct.pack("=QIIQ", other, 0, 2, 2)).error == 0
    third, *_ = kernel.open(second, thread=3).fields("=QIi")
    assert kernel.ask(ops.SETLK, second, lock_body(third, 3, 1, flock=True)).error == 0
    assert kernel.ask(ops.SETLK, second, lock_body(third, 3, 1)).error == 0


def test_waiting_lock_is_answered_when_it_is_freed(kernel: Kernel) -> None:
    node, handle = kernel.create(kernel.look_up("files"), "new")
    kernel.ask(ops.SETLKW, node, lock_body(handle, 1, 1))
    waiting, interrupted = (kernel.tell(ops.SETLKW, node, lock_body(handle, owner, 1)) for owner in (2, 3))
    assert kernel.is_silent()
    kernel.tell(ops.INTERRUPT, node, struct.pack("=Q", interrupted))
    assert kernel.receive() == (interrupted, errno.EINTR, b"")
    unlocked = kernel.tell(ops.SETLK, node, lock_body(handle, 1, 2))
    assert {kernel.receive() for _ in range(2)} == {(waiting, 0, b""), (unlocked, 0, b"")}


# Every request is answered once, whatever happens


def test_forget_and_interrupt_have_no_answer(kernel: Kernel) -> None:
    node = kernel.look_up("fixed", "001.txt")
    kernel.tell(ops.FORGET, node, struct.pack("=Q", 1))
    kernel.tell(ops.BATCH_FORGET, 0, struct.pack("=IIQQQQ", 2, 0, 12345, 1, node, 1))
    kernel.tell(ops.INTERRUPT, 0, struct.pack("=Q", 4))
    assert kernel.is_silent()
    assert kernel.look_up("fixed", "001.txt") != node


@pytest.mark.parametrize(
    "opcode",
    [
        ops.RENAME2,
        ops.DESTROY,
        ops.IOCTL,
        ops.POLL,
        ops.FALLOCATE,
        ops.LSEEK,
        ops.FSYNCDIR,
        ops.STATX,
        44,
        47,
        50,
        51,
        53,
        999,
    ],
)
def test_unserved_requests_get_enosys(kernel: Kernel, opcode: int) -> None:
    assert kernel.ask(opcode, ROOT, bytes(100)).error == errno.ENOSYS


@pytest.mark.parametrize("opcode", sorted({*range(1, 46)} - {ops.STATFS, ops.FORGET, ops.BATCH_FORGET, ops.INTERRUPT}))
def test_a_request_without_its_body_is_answered(kernel: Kernel, opcode: int) -> None:
    assert kernel.ask(opcode, 12345).error


def test_answer_that_cannot_be_packed_is_eio(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryFolder, "stat", lambda _: Stat(-1, 0, 0o755))
    assert kernel.ask(ops.GETATTR, ROOT, bytes(16)).error == errno.EIO


def test_errno_rejected_by_the_kernel_becomes_eio(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse = type(kernel.device).refuse

    def picky(device: Any, unique: int, number: int) -> bool:
        if number > 511:
            raise OSError(errno.EINVAL, "no such error")
        return refuse(device, unique, number)

    def strange(_: Frozen) -> OpenFile:
        raise OSError(5000, "strange")

    monkeypatch.setattr(type(kernel.device), "refuse", picky)
    monkeypatch.setattr(Frozen, "open_to_read", strange)
    assert kernel.open(kernel.look_up("fixed", "001.txt")).error == errno.EIO


@pytest.mark.parametrize("opcode", [ops.LOOKUP, ops.OPEN, ops.OPENDIR, ops.CREATE])
def test_answer_to_a_dead_caller_is_undone(
    kernel: Kernel, tree: MemoryTree, monkeypatch: pytest.MonkeyPatch, opcode: int
) -> None:
    fixed, files = kernel.look_up("fixed"), kernel.look_up("files")
    file, _ = kernel.create(files, "file")
    node, body = {
        ops.LOOKUP: (fixed, b"001.txt\0"),
        ops.OPEN: (file, bytes(8)),
        ops.OPENDIR: (fixed, bytes(8)),
        ops.CREATE: (files, struct.pack("=IIII", os.O_RDWR, 0o644, 0, 0) + b"new\0"),
    }[opcode]
    before = known(kernel)
    monkeypatch.setattr(type(kernel.device), "answer", lambda *_: False)
    kernel.tell(opcode, node, body)
    assert known(kernel) == before


def known(kernel: Kernel) -> tuple[int, int, int]:
    """The number of inodes, open files and open folders in the adapter."""
    served = kernel.adapter._served
    return len(served.inodes._inodes), len(served.handles._files), len(served.handles._listings)


def test_closing_the_adapter_releases_open_files_once(kernel: Kernel, tree: MemoryTree) -> None:
    kernel.create(kernel.look_up("files"), "new")
    kernel.adapter.close()
    kernel.adapter.close()
    assert tree.calls["release"] == 1
