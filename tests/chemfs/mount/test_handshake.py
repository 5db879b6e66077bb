"""INIT: the negotiated features, and the answers to newer and older kernels."""

from __future__ import annotations

import errno
import struct

import pytest

from chemfs.mount.errors import MountFailed
from chemfs.mount.handshake import shake_hands
from tests.support.kernel import INIT, Wire

WANTED = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 5 | 1 << 10 | 1 << 18 | 1 << 22
ANSWER = "=IIIIHHIIHHII"
EVERYTHING = 0xFFFFFFFF


def init(major: int = 7, minor: int = 45, flags: int = EVERYTHING) -> bytes:
    return struct.pack("=IIIII44x", major, minor, 131072, flags, 0)


def test_negotiated_version_and_features() -> None:
    wire = Wire()
    wire.send(INIT, 0, init())
    shake_hands(wire.device)
    answer = wire.receive()
    assert (answer.error, len(answer.body)) == (0, 64)
    assert answer.fields(ANSWER) == (7, 38, 131072, WANTED, 64, 48, 1 << 20, 1, 256, 0, 0, 0)


def test_features_unknown_to_an_older_kernel_are_not_requested() -> None:
    wire = Wire()
    wire.send(INIT, 0, init(minor=23, flags=1 << 0 | 1 << 4 | 1 << 5)[:16])
    shake_hands(wire.device)
    assert wire.receive().fields(ANSWER)[:4] == (7, 23, 131072, 1 << 0 | 1 << 5)


def test_newer_kernel_repeats_the_handshake_in_our_version() -> None:
    wire = Wire()
    for major in (8, 7):
        wire.send(INIT, 0, init(major))
    shake_hands(wire.device)
    assert [wire.receive().fields("=I")[0] for _ in range(2)] == [7, 7]


def test_an_older_kernel_is_refused() -> None:
    wire = Wire()
    wire.send(INIT, 0, init(6, 1))
    with pytest.raises(MountFailed, match=r"the kernel speaks FUSE 6\.1"):
        shake_hands(wire.device)
    assert wire.receive().error == errno.EPROTO


def test_unmount_before_the_handshake_ends_it() -> None:
    wire = Wire()
    wire.hang_up()
    shake_hands(wire.device)
