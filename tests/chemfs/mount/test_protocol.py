"""The structures have the sizes that linux/fuse.h gives them, and the numbers are the header's."""

from __future__ import annotations

import re
from pathlib import Path
from struct import Struct

import pytest

from chemfs.mount import protocol
from tests.support import kernel

HEADER = Path("/usr/include/linux/fuse.h")
SIZES = {
    "IN_HEADER": 40, "OUT_HEADER": 16, "INIT_IN": 16, "FORGET_IN": 8, "BATCH_FORGET_IN": 8, "FORGET_ONE": 16,
    "GETATTR_IN": 16, "SETATTR_IN": 88, "MKNOD_IN": 16, "MKDIR_IN": 8, "RENAME_IN": 8, "LINK_IN": 8, "OPEN_IN": 8,
    "CREATE_IN": 16, "READ_IN": 40, "WRITE_IN": 40, "RELEASE_IN": 24, "FLUSH_IN": 24, "FSYNC_IN": 16, "SETXATTR_IN": 8,
    "GETXATTR_IN": 8, "LOCK_IN": 48, "ACCESS_IN": 8, "INTERRUPT_IN": 8, "ENTRY_OUT": 128, "ATTR_OUT": 104,
    "OPEN_OUT": 16, "WRITE_OUT": 8, "STATFS_OUT": 80, "GETXATTR_OUT": 8, "PRUNE_OUT": 16, "NODE_ID": 8,
    "INVAL_INODE_OUT": 24, "LOCK_OUT": 24, "INIT_OUT": 64, "DIRENT": 24,
}  # fmt: skip


def test_structures_have_the_kernels_sizes() -> None:
    found = {name: form.size for name, form in vars(protocol).items() if isinstance(form, Struct)}
    assert found == SIZES


@pytest.mark.parametrize("opcode", protocol.Opcode, ids=lambda opcode: opcode.name)
def test_opcodes_match_the_tests_own_list(opcode: protocol.Opcode) -> None:
    assert getattr(kernel, opcode.name) == opcode


@pytest.mark.skipif(not HEADER.exists(), reason="linux-libc-dev has the header")
def test_numbers_match_the_header() -> None:
    text = HEADER.read_text(encoding="utf-8")
    flags = {name: 1 << int(bit) for name, bit in re.findall(r"#define F(\w+)\s+\(1 << (\d+)\)", text)}
    opcodes = {name: int(number) for name, number in re.findall(r"FUSE_(\w+)\s*= (\d+),", text)}
    assert {opcode.name: int(opcode) for opcode in protocol.Opcode}.items() <= opcodes.items()
    for kind, prefix in ((protocol.InitFlag, "USE_"), (protocol.OpenFlag, "OPEN_")):
        assert {f"{prefix}{flag.name}": int(flag) for flag in kind}.items() <= flags.items()
    renamed = {"HANDLE": "FH"}
    assert {
        f"ATTR_{renamed.get(bit.name or '', bit.name)}": int(bit) for bit in protocol.SetAttr
    }.items() <= flags.items()
    assert (flags["USE_GETATTR_FH"], flags["USE_LK_FLOCK"]) == (protocol.GETATTR_HANDLE, protocol.LOCK_IS_FLOCK)
