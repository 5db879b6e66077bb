"""What other programs read from the canonical form, and what they make of it when they rewrite a file."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chemigram_core.digest import Digest
from chemigram_core.names import MaskName
from chemigram_core.sidecar import parse
from tests.core.xmp.sidecars import entry, form, history, sidecar

pytestmark = pytest.mark.needs_program("exiv2", "exiftool")

SAID = (
    'xmp:Rating="3" xmp:Label="Rot &amp; &quot;grün&quot;" darktable:xmp_version="5" darktable:history_end="2"'
    ' xmpMM:DerivedFrom="IMG.RAF" exif:DateTimeOriginal="2026:05:01 10:00:00.000" q:own="&lt;kept&gt;"'
    ' darktable:iop_order_list="exposure,0,exposure,1,gamma,0"'
)
LISTS = (
    "<dc:subject><rdf:Bag><rdf:li>Rom</rdf:li><rdf:li>Ä b</rdf:li></rdf:Bag></dc:subject>"
    "<dc:creator><rdf:Seq><rdf:li>A. Person</rdf:li></rdf:Seq></dc:creator>"
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">T</rdf:li><rdf:li xml:lang="de-DE">D</rdf:li></rdf:Alt></dc:title>'
    "<darktable:colorlabels><rdf:Seq><rdf:li>1</rdf:li><rdf:li>4</rdf:li></rdf:Seq></darktable:colorlabels>"
)
STEPS = history(
    [
        entry(0, "exposure", multi_name="by day"),
        entry(1, "exposure", multi_priority="1", params="gz01AAAA"),
    ],
    [form(0, 1), form(1, 2)],
)
MASKS = {MaskName("subject"): Digest.of(b"1"), MaskName("sky"): Digest.of(b"2")}
DOCUMENT = parse(sidecar(SAID, LISTS + STEPS)).with_masks(MASKS)
PLACED = parse(sidecar(SAID + ' exif:GPSLatitude="49,15.194321N" exif:GPSLongitude="3,3.045959E"', STEPS))
EMPTY = parse(sidecar(SAID, history([entry(0, "exposure"), entry(1, "flip")]) + LISTS))

FOREIGN = "ns5267f2bfec4d586d8757"  # the prefix of http://example.org/q/

Rewrite = Callable[[Path], None]


def by_exiv2(path: Path) -> None:
    run("exiv2", "-M", "set Xmp.xmp.Nickname N", path)
    run("exiv2", "-M", "del Xmp.xmp.Nickname", path)


def by_exiftool(path: Path) -> None:
    run("exiftool", "-q", "-m", "-overwrite_original", "-XMP-xmp:Nickname=N", path)
    run("exiftool", "-q", "-m", "-overwrite_original", "-XMP-xmp:Nickname=", path)


def run(*words: str | Path) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def rewritten(data: bytes, rewrite: Rewrite, folder: Path) -> bytes:
    path = folder / "image.xmp"
    path.write_bytes(data)
    rewrite(path)
    assert path.read_bytes() != data
    return path.read_bytes()


@pytest.mark.parametrize("rewrite", [by_exiv2, by_exiftool])
def test_a_rewritten_file_is_the_same_document(rewrite: Rewrite, tmp_path: Path) -> None:
    again = parse(rewritten(DOCUMENT.canonical(), rewrite, tmp_path))
    assert again.canonical() == DOCUMENT.canonical()
    assert dict(again.masks) == MASKS


def test_rewriting_by_several_programs_changes_nothing(tmp_path: Path) -> None:
    data = DOCUMENT.canonical()
    for rewrite in (by_exiftool, by_exiv2, by_exiftool):
        data = rewritten(data, rewrite, tmp_path)
    assert parse(data).canonical() == DOCUMENT.canonical()


def test_positions_with_more_digits_are_the_same_edit(tmp_path: Path) -> None:
    again = parse(rewritten(PLACED.canonical(), by_exiv2, tmp_path))
    assert again.digest != PLACED.digest
    assert again.edit_digest == PLACED.edit_digest


def test_dropped_empty_lists_are_the_same_edit(tmp_path: Path) -> None:
    again = parse(rewritten(EMPTY.canonical(), by_exiftool, tmp_path))
    assert again.digest != EMPTY.digest
    assert again.edit_digest == EMPTY.edit_digest


def test_programs_read_the_same_values_before_and_after(tmp_path: Path) -> None:
    written, canonical = tmp_path / "written.xmp", tmp_path / "canonical.xmp"
    written.write_bytes(sidecar(SAID, STEPS + LISTS))
    canonical.write_bytes(parse(written.read_bytes()).canonical())
    assert exiv2_values(written) == exiv2_values(canonical)
    assert exiftool_values(written) == exiftool_values(canonical)


def exiv2_values(path: Path) -> list[str]:
    """Every property with its value, in a line each; rule 4 gives a foreign namespace another prefix."""
    values = run("exiv2", "-PXkv", path).replace("Xmp.q.own", f"Xmp.{FOREIGN}.own").splitlines()
    assert len(values) > 40
    return sorted(" ".join(value.split()) for value in values)


def exiftool_values(path: Path) -> dict[str, object]:
    (values,) = json.loads(run("exiftool", "-j", "-struct", "-n", "-XMP:all", path))
    assert len(values) > 10
    return {name: value for name, value in values.items() if name not in ("SourceFile", "XMPToolkit")}
