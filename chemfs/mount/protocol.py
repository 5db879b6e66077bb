"""The kernel's FUSE protocol: its numbers and structures, as linux/fuse.h has them (version 7.38). Knows no request.

Numbers are in the machine's byte order and nothing is padded (`=`), so the structures are the same on every machine.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from struct import Struct

MAJOR, MINOR = 7, 38
ROOT_ID = 1
NAMES = "utf-8", "surrogateescape"  # as os.fsdecode does in a UTF-8 locale, whatever the locale is
MAX_WRITE_BYTES = 1 << 20
MAX_PAGES = 256  # of 4 KiB: one write
BUFFER_BYTES = MAX_WRITE_BYTES + 4096  # the kernel rejects reads into a smaller one
MAX_BACKGROUND, CONGESTION = (
    64,
    48,
)  # concurrent read-aheads and releases; with the kernel's default of 12 a few slow reads stop all


class Opcode(IntEnum):
    """The opcode of a request. Others are answered with ENOSYS, which the kernel remembers for the whole mount."""

    LOOKUP = 1
    FORGET = 2
    GETATTR = 3
    SETATTR = 4
    READLINK = 5
    SYMLINK = 6
    MKNOD = 8
    MKDIR = 9
    UNLINK = 10
    RMDIR = 11
    RENAME = 12
    LINK = 13
    OPEN = 14
    READ = 15
    WRITE = 16
    STATFS = 17
    RELEASE = 18
    FSYNC = 20
    SETXATTR = 21
    GETXATTR = 22
    LISTXATTR = 23
    REMOVEXATTR = 24
    FLUSH = 25
    INIT = 26
    OPENDIR = 27
    READDIR = 28
    RELEASEDIR = 29
    GETLK = 31
    SETLK = 32
    SETLKW = 33
    ACCESS = 34
    CREATE = 35
    INTERRUPT = 36
    BATCH_FORGET = 42


class InitFlag(IntFlag):
    """The features that kernel and daemon negotiate at INIT."""

    ASYNC_READ = 1 << 0
    POSIX_LOCKS = 1 << 1
    ATOMIC_O_TRUNC = 1 << 3  # an open truncates its own draft; a separate SETATTR could cut another one's
    BIG_WRITES = 1 << 5
    FLOCK_LOCKS = 1 << 10
    PARALLEL_DIROPS = 1 << 18  # concurrent look-ups in one folder
    MAX_PAGES = 1 << 22


class SetAttr(IntFlag):
    """What SETATTR changes."""

    MODE = 1 << 0
    UID = 1 << 1
    GID = 1 << 2
    SIZE = 1 << 3
    ATIME = 1 << 4
    MTIME = 1 << 5
    HANDLE = 1 << 6
    ATIME_NOW = 1 << 7
    MTIME_NOW = 1 << 8


class OpenFlag(IntFlag):
    """What the kernel may do with an open file."""

    DIRECT_IO = 1 << 0
    KEEP_CACHE = 1 << 1
    CACHE_DIR = 1 << 3
    NOFLUSH = 1 << 5


GETATTR_HANDLE = 1 << 0
LOCK_IS_FLOCK = 1 << 0

NOTIFY_INVAL_INODE, NOTIFY_PRUNE = 2, 9  # in place of the error number, with no unique

IN_HEADER = Struct("=4xIQQ8xI4x")  # length (as read), opcode, unique, node, uid and gid (unused), thread, extensions, 0
OUT_HEADER = Struct("=IiQ")  # length, 0 or -errno, unique

INIT_IN = Struct("=IIII")  # major, minor, max_readahead, flags
FORGET_IN = Struct("=Q")  # look-ups
BATCH_FORGET_IN = Struct("=II")  # count, 0
FORGET_ONE = Struct("=QQ")  # node, look-ups
GETATTR_IN = Struct("=IIQ")  # flags, 0, handle
# which, 0, handle, size, lock owner, atime, mtime, ctime, their ns, mode, 0, uid, gid, 0
SETATTR_IN = Struct("=IIQQQqqqIIIIIIII")
MKNOD_IN = Struct("=IIII")  # mode, device, umask, 0
MKDIR_IN = Struct("=II")  # mode, umask
RENAME_IN = Struct("=Q")  # new folder
LINK_IN = Struct("=Q")  # old node
OPEN_IN = Struct("=II")  # flags, 0
CREATE_IN = Struct("=IIII")  # flags, mode, umask, 0
READ_IN = Struct("=QQIIQII")  # handle, offset, size, read flags, lock owner, flags, 0
WRITE_IN = Struct("=QQIIQII")  # handle, offset, size, write flags, lock owner, flags, 0
RELEASE_IN = Struct("=QIIQ")  # handle, flags, release flags, lock owner
FLUSH_IN = Struct("=QIIQ")  # handle, 0, 0, lock owner
FSYNC_IN = Struct("=QII")  # handle, flags, 0
SETXATTR_IN = Struct("=II")  # size, flags
GETXATTR_IN = Struct("=II")  # room, 0
LOCK_IN = Struct("=QQQQIIII")  # handle, owner, first byte, last byte, kind, process, lock flags, 0
ACCESS_IN = Struct("=II")  # mask, 0
INTERRUPT_IN = Struct("=Q")  # unique of the request that is meant

# ino, size, blocks, atime, mtime, ctime, their ns, mode, links, uid, gid, device, block size, flags
_ATTR = "QQQqqqIIIIIIIIII"
ENTRY_OUT = Struct(f"=QQQQII{_ATTR}")  # node, generation, entry and attribute seconds, their ns; attributes
ATTR_OUT = Struct(f"=QII{_ATTR}")  # seconds, ns, 0; attributes
OPEN_OUT = Struct("=QIi")  # handle, flags, 0
WRITE_OUT = Struct("=II")  # size, 0
STATFS_OUT = Struct(
    "=QQQQQIII28x"
)  # blocks, free, available, files, free files, block size, name length, fragment size
GETXATTR_OUT = Struct("=II")  # size, 0
INVAL_INODE_OUT = Struct("=Qqq")  # node, offset (-1: only attributes), length
PRUNE_OUT = Struct("=IIQ")  # count, 0, 0; so many node ids follow
NODE_ID = Struct("=Q")
LOCK_OUT = Struct("=QQII")  # first byte, last byte, kind, process
# major, minor, max_readahead, flags, background, congestion, max_write, time granularity, max_pages, 0, flags2
INIT_OUT = Struct("=IIIIHHIIHHI28x")
DIRENT = Struct("=QQII")  # ino, offset of the next, name length, type; the name follows, padded to 8 bytes
