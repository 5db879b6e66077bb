"""Mounting with libfuse 2, which fusepy loads. Knows no request: libfuse is used only to mount.

The import raises OSError if libfuse 2 is not installed.
"""

from __future__ import annotations

import os
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_void_p
from pathlib import Path

from fuse import _libfuse

from chemfs.mount.errors import MountFailed


class _Arguments(Structure):
    """struct fuse_args."""

    _fields_ = (("argc", c_int), ("argv", POINTER(c_char_p)), ("allocated", c_int))


_mount = _libfuse.fuse_mount
_mount.restype, _mount.argtypes = c_void_p, (c_char_p, POINTER(_Arguments))
_descriptor = _libfuse.fuse_chan_fd
_descriptor.restype, _descriptor.argtypes = c_int, (c_void_p,)


def mount(place: Path, options: str) -> int:
    """Mount, and return the descriptor of /dev/fuse. Raises MountFailed; libfuse writes the reason to stderr."""
    words = (b"chemfs", b"-o", os.fsencode(options))
    arguments = _Arguments(len(words), (c_char_p * (len(words) + 1))(*words, None), 0)
    channel = _mount(os.fsencode(place), byref(arguments))
    if not channel:
        raise MountFailed("libfuse could not mount")
    return int(_descriptor(channel))  # the channel, a few bytes, is never freed
