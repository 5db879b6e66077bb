"""What the header of an image file says, and how little of the file is read for it."""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chemigram_core.image.header import Borders, Header, UnknownHeader, read_header
from tests.support.raw_files import dng

SIZE = (37, 21)


def picture(kind: str, orientation: int = 0) -> bytes:
    exif, file = Image.Exif(), io.BytesIO()
    if orientation:
        exif[0x0112] = orientation
    Image.new("RGB", SIZE).save(file, kind, exif=exif)
    return file.getvalue()


def header(data: bytes, name: str = "a.tif") -> Header:
    return read_header(io.BytesIO(data), name)


@pytest.mark.parametrize("kind", ["TIFF", "JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(9))
def test_size_and_orientation_are_those_of_the_file(kind: str, orientation: int) -> None:
    assert header(picture(kind, orientation)) == Header(*SIZE, orientation)


def test_an_orientation_behind_the_pixels_of_a_png_is_found() -> None:
    data = picture("PNG", 6)
    at = data.index(b"eXIf") - 4
    chunk = data[at : at + 12 + struct.unpack_from(">I", data, at)[0]]
    end = data.index(b"IEND") - 4
    assert header(data[:at] + data[at + len(chunk) : end] + chunk + data[end:]) == Header(*SIZE, 6)


def test_a_tiff_can_be_large_and_big_endian() -> None:
    entries = b"".join(
        struct.pack(">HHQ8s", tag, 4, 1, struct.pack(">II", value, 0)) for tag, value in ((256, 9), (257, 7))
    )
    data = b"MM\0+" + struct.pack(">HHQQ", 8, 0, 16, 2) + entries + bytes(8)
    assert header(data) == Header(9, 7)


@pytest.mark.parametrize(
    ("areas", "borders"),
    [
        ({}, Borders(0, 0, 0, 0)),
        ({"active": (2, 4, 90, 118)}, Borders(4, 2, 2, 10)),
        ({"active": (2, 4, 90, 118), "origin": (6, 8), "size_of_crop": (100, 70)}, Borders(10, 10, 10, 20)),
        ({"origin": (6, 8), "size_of_crop": (100, 70)}, Borders(6, 8, 14, 22)),
        ({"active": (2, 4, 900, 118)}, Borders(0, 0, 0, 0)),
    ],
)
def test_a_dng_has_a_sensor_with_borders(areas: dict[str, tuple[int, ...]], borders: Borders) -> None:
    assert header(dng((120, 100), orientation=8, **areas), "a.dng") == Header(120, 100, 8, borders)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.nef", picture("TIFF"), "raw file"),
        ("a.tif", dng((20, 10)), "raw file"),
        ("a.raf", b"FUJIFILMCCD-RAW ", "raw file"),
        ("a.orf", b"IIRO" + bytes(20), "raw file"),
        ("a.rw2", b"IIU\0" + bytes(20), "raw file"),
        ("a.cr3", bytes(4) + b"ftypcrx ", "raw file"),
        ("a.heif", bytes(4) + b"ftypheic", "can't read"),
        ("a.jpg", b"", "can't read"),
        ("a.jpg", picture("JPEG")[:30], "damaged"),
        ("a.png", picture("PNG")[:20], "damaged"),
        ("a.png", picture("PNG")[:16] + bytes(8) + picture("PNG")[24:], "gives no size"),
        ("a.tif", b"II*\0\xff\xff\xff\xff", "damaged"),
        ("a.tif", b"II+\0" + b"\xff" * 12, "points beyond the file"),
    ],
)
def test_unreliable_header_is_ignored(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnknownHeader, match=reason):
        header(data, name)


@pytest.mark.parametrize("data", [picture("TIFF", 6), picture("JPEG", 6), picture("PNG", 6), dng((20, 10))])
@given(st.data())
def test_damaged_header_raises_only_expected_errors(data: bytes, draws: st.DataObject) -> None:
    damaged = bytearray(data)
    for _ in range(draws.draw(st.integers(1, 4))):
        damaged[draws.draw(st.integers(0, min(len(damaged), 300) - 1))] = draws.draw(st.integers(0, 255))
    with suppress(UnknownHeader):
        assert min(header(bytes(damaged), draws.draw(st.sampled_from(("a.tif", "a.dng"))))[:2]) > 0


def test_only_a_little_of_a_large_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(picture("JPEG") + bytes(1 << 20))
    with Counted(file) as counted:
        assert read_header(counted, file.name) == Header(*SIZE)
        assert counted.bytes_read < 1000


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe1" + b"\xff" * (9 << 20), b"\x89PNG\r\n\x1a\n" + bytes(9 << 20)])
def test_endless_header_is_abandoned(data: bytes) -> None:
    with pytest.raises(UnknownHeader, match=r"too large|damaged"):
        header(data)


class Counted(io.FileIO):
    """A file that counts what is read of it."""

    bytes_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size) or b""
        self.bytes_read += len(data)
        return data
