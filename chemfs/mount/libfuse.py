"""The part of libfuse 2's low-level API that the adapter uses, declared for ctypes. Knows nothing of the view.

fusepy brings the library and the structures that differ by machine; it wraps the high-level API only. That one names
files by path, and so answers ENOENT to whoever opens a file while another is renamed over it.
"""

from __future__ import annotations

import ctypes
import platform
import signal
from collections.abc import Callable, Mapping
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_double, c_int, c_longlong, c_size_t, c_uint, c_ulong, c_void_p
from typing import Any

from fuse import _libfuse, c_stat, c_statvfs, fuse_file_info

# What setattr is asked to change (fuse_lowlevel.h).
SET_MODE, SET_UID, SET_GID, SET_SIZE, SET_ATIME, SET_MTIME = (1 << bit for bit in range(6))
SET_ATIME_NOW, SET_MTIME_NOW = 1 << 7, 1 << 8

_STAT_TAIL_BYTES = {"x86_64": 24, "aarch64": 8}  # of glibc's struct stat, which fusepy's leaves out

Stat = c_stat
Statvfs = c_statvfs


class EntryParam(ctypes.Structure):
    """struct fuse_entry_param: what a look-up found, and for how many seconds to believe it."""

    _fields_ = (
        ("ino", c_ulong),
        ("generation", c_ulong),
        ("attr", c_stat),
        ("_tail", ctypes.c_char * _STAT_TAIL_BYTES.get(platform.machine(), 24)),
        ("attr_timeout", c_double),
        ("entry_timeout", c_double),
    )


class Caller(ctypes.Structure):
    """struct fuse_ctx: who asks."""

    _fields_ = (("uid", c_uint), ("gid", c_uint), ("pid", c_int), ("umask", c_uint))


class _Arguments(ctypes.Structure):
    _fields_ = (("argc", c_int), ("argv", POINTER(c_char_p)), ("allocated", c_int))


_REQ, _INO, _NAME, _FI = c_void_p, c_ulong, c_char_p, POINTER(fuse_file_info)

# struct fuse_lowlevel_ops up to create: each callback, and what it takes. None: never given, so never asked for.
_CALLBACKS: dict[str, tuple[Any, ...] | None] = {
    "init": (c_void_p, c_void_p),
    "destroy": (c_void_p,),
    "lookup": (_REQ, _INO, _NAME),
    "forget": (_REQ, _INO, c_ulong),
    "getattr": (_REQ, _INO, _FI),
    "setattr": (_REQ, _INO, POINTER(c_stat), c_int, _FI),
    "readlink": (_REQ, _INO),
    "mknod": (_REQ, _INO, _NAME, c_uint, c_ulong),
    "mkdir": (_REQ, _INO, _NAME, c_uint),
    "unlink": (_REQ, _INO, _NAME),
    "rmdir": (_REQ, _INO, _NAME),
    "symlink": (_REQ, _NAME, _INO, _NAME),
    "rename": (_REQ, _INO, _NAME, _INO, _NAME),
    "link": (_REQ, _INO, _INO, _NAME),
    "open": (_REQ, _INO, _FI),
    "read": (_REQ, _INO, c_size_t, c_longlong, _FI),
    "write": (_REQ, _INO, c_void_p, c_size_t, c_longlong, _FI),
    "flush": (_REQ, _INO, _FI),
    "release": (_REQ, _INO, _FI),
    "fsync": (_REQ, _INO, c_int, _FI),
    "opendir": (_REQ, _INO, _FI),
    "readdir": (_REQ, _INO, c_size_t, c_longlong, _FI),
    "releasedir": (_REQ, _INO, _FI),
    "fsyncdir": None,
    "statfs": (_REQ, _INO),
    "setxattr": (_REQ, _INO, _NAME, c_void_p, c_size_t, c_int),
    "getxattr": (_REQ, _INO, _NAME, c_size_t),
    "listxattr": (_REQ, _INO, c_size_t),
    "removexattr": (_REQ, _INO, _NAME),
    "access": (_REQ, _INO, c_int),
    "create": (_REQ, _INO, _NAME, c_uint, _FI),
}
_WITHOUT_REQUEST = {"init", "destroy"}


class Operations(ctypes.Structure):
    """struct fuse_lowlevel_ops."""

    _fields_ = tuple((name, CFUNCTYPE(None, *takes) if takes else c_void_p) for name, takes in _CALLBACKS.items())


def operations(callbacks: object, answering: Callable[[Callable[..., None]], Callable[..., None]]) -> Operations:
    """libfuse's table, of the methods that are named like a callback; those that get a request wrapped by `answering`.

    It must live as long as the mount.
    """
    table = {}
    for name, kind, *_ in Operations._fields_:
        if _CALLBACKS[name] is not None:
            method = getattr(callbacks, name)
            table[name] = kind(method if name in _WITHOUT_REQUEST else answering(method))
    return Operations(**table)


def _declare(name: str, result: Any, *takes: Any) -> Any:
    function = getattr(_libfuse, name)
    function.restype, function.argtypes = result, takes
    return function


reply_err = _declare("fuse_reply_err", c_int, _REQ, c_int)
reply_none = _declare("fuse_reply_none", None, _REQ)
reply_entry = _declare("fuse_reply_entry", c_int, _REQ, POINTER(EntryParam))
reply_create = _declare("fuse_reply_create", c_int, _REQ, POINTER(EntryParam), _FI)
reply_attr = _declare("fuse_reply_attr", c_int, _REQ, POINTER(c_stat), c_double)
reply_readlink = _declare("fuse_reply_readlink", c_int, _REQ, c_char_p)
reply_open = _declare("fuse_reply_open", c_int, _REQ, _FI)
reply_write = _declare("fuse_reply_write", c_int, _REQ, c_size_t)
reply_buf = _declare("fuse_reply_buf", c_int, _REQ, c_char_p, c_size_t)
reply_statfs = _declare("fuse_reply_statfs", c_int, _REQ, POINTER(c_statvfs))
reply_xattr = _declare("fuse_reply_xattr", c_int, _REQ, c_size_t)
caller = _declare("fuse_req_ctx", POINTER(Caller), _REQ)

_mount = _declare("fuse_mount", c_void_p, c_char_p, POINTER(_Arguments))
_unmount = _declare("fuse_unmount", None, c_char_p, c_void_p)
_new = _declare("fuse_lowlevel_new", c_void_p, POINTER(_Arguments), POINTER(Operations), c_size_t, c_void_p)
_set_signal_handlers = _declare("fuse_set_signal_handlers", c_int, c_void_p)
_remove_signal_handlers = _declare("fuse_remove_signal_handlers", None, c_void_p)
_add_channel = _declare("fuse_session_add_chan", None, c_void_p, c_void_p)
_remove_channel = _declare("fuse_session_remove_chan", None, c_void_p)
_loop = _declare("fuse_session_loop_mt", c_int, c_void_p)
_destroy = _declare("fuse_session_destroy", None, c_void_p)
_free_arguments = _declare("fuse_opt_free_args", None, POINTER(_Arguments))


def serve(table: Operations, mountpoint: bytes, options: Mapping[str, bool | str]) -> None:
    """Mount, and call the operations from many threads until unmounted. Raises RuntimeError if it can't be mounted."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # libfuse leaves a handler alone that is there already
    arguments = _arguments(options)
    channel = _mount(mountpoint, arguments)
    if not channel:
        raise RuntimeError("not mounted")
    session = _new(arguments, table, ctypes.sizeof(table), None)
    _free_arguments(arguments)
    if not session or _set_signal_handlers(session):
        _unmount(mountpoint, channel)
        raise RuntimeError("no session")
    _add_channel(session, channel)
    try:
        _loop(session)
    finally:
        _remove_signal_handlers(session)
        _remove_channel(channel)
        _unmount(mountpoint, channel)
        _destroy(session)


def _arguments(options: Mapping[str, bool | str]) -> _Arguments:
    given = ",".join(name if value is True else f"{name}={value}" for name, value in options.items() if value)
    words = (b"chemfs", b"-o", given.encode())
    return _Arguments(len(words), (c_char_p * (len(words) + 1))(*words, None), 0)
