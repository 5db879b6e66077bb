"""Folders and zip archives: compared alike and with each other; what is dangerous in them is left out and said."""

from __future__ import annotations

import errno
import io
import os
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from chemigram_core.compare import as_text, compare_paths
from chemigram_core.compare.comparators import mask as mask_comparator
from chemigram_core.compare.comparators import xmp as xmp_comparator
from chemigram_core.compare.comparators import zip_archive
from chemigram_core.compare.node import Changeset
from chemigram_core.errors import Incomparable, NeitherFileNorFolder
from tests.core.compare.trees import leaf_lines
from tests.support.builders import mask, sidecar

Files = Mapping[str, bytes]
BEFORE = {"image.xmp": sidecar(1), "masks/sky.png": mask(10), "notes/deep/a.txt": b"a", "old.txt": b"same"}
AFTER = {"image.xmp": sidecar(2), "masks/sky.png": mask(90), "notes/deep/a.txt": b"a", "new.txt": b"same"}


def folder(path: Path, files: Files) -> Path:
    path.mkdir()
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def packed(path: Path, files: Files, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def left_out(changeset: Changeset) -> dict[str, str]:
    assert changeset.root is not None
    reasons = changeset.root.details["left_out"]
    assert isinstance(reasons, dict)
    return {name: str(reason) for name, reason in reasons.items()}


@pytest.mark.parametrize("left", ["folder", "zip"])
@pytest.mark.parametrize("right", ["folder", "zip"])
def test_folders_and_zips_give_the_same_changes(tmp_path: Path, left: str, right: str) -> None:
    make = {"folder": folder, "zip": packed}
    changes = compare_paths(make[left](tmp_path / f"a.{left}", BEFORE), make[right](tmp_path / f"b.{right}", AFTER))
    assert leaf_lines(changes.root) == [
        "modify image.xmp/modules/exposure/0",
        "modify masks/sky.png",
        "move new.txt from old.txt",
    ]


def test_one_read_gives_hash_size_and_kind(tmp_path: Path) -> None:
    left = folder(tmp_path / "a", {"x": mask(1), "y": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", "z": b"1"})
    right = folder(tmp_path / "b", {"x": mask(2), "y": sidecar(1), "z": b"22"})
    root = compare_paths(left, right).root
    assert root is not None
    kinds = {node.name: node.item_type for node in root.children}
    assert kinds == {"x": "mask", "y": "binary", "z": "binary"}
    assert root.children[2].summary == "Content changed (1 bytes → 2 bytes)"
    sides = root.children[2].source_items
    assert sides is not None
    assert sides.right is not None
    assert (sides.right.size_bytes, sides.right.content_hash) == (2, root.children[2].details["hash_right"])


def test_repacked_zip_with_equal_files_is_unchanged(tmp_path: Path) -> None:
    left = packed(tmp_path / "a.zip", BEFORE)
    right = packed(tmp_path / "b.zip", dict(reversed(BEFORE.items())), zipfile.ZIP_STORED)
    assert compare_paths(left, right).root is None


def test_zip_in_a_folder_is_expanded_and_repacking_is_reported(tmp_path: Path) -> None:
    left, right = folder(tmp_path / "a", {}), folder(tmp_path / "b", {})
    packed(left / "x.zip", {"f": b"1" * 99})
    packed(right / "x.zip", {"f": b"1" * 99}, zipfile.ZIP_STORED)
    changes = compare_paths(left, right)
    assert leaf_lines(changes.root) == ["modify x.zip"]
    assert as_text(changes) == "Files\n  x.zip: packed differently, with the same files\n"
    packed(right / "x.zip", {"f": b"2"})
    assert leaf_lines(compare_paths(left, right).root) == ["modify x.zip/f"]


def test_files_are_compared_by_kind(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_bytes(sidecar(1))
    (tmp_path / "b.tif.xmp").write_bytes(sidecar(1, rating=4))
    changes = compare_paths(tmp_path / "a.xmp", tmp_path / "b.tif.xmp")
    assert as_text(changes) == "Metadata\n  Rating: ★ → ★★★★\n"


def test_folder_and_plain_file_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(Incomparable):
        compare_paths(folder(tmp_path / "a", {}), Path(__file__))
    with pytest.raises(FileNotFoundError):
        compare_paths(tmp_path / "a", tmp_path / "nothing")


def test_pipes_and_devices_cannot_be_compared(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(NeitherFileNorFolder, match="neither a file nor a folder"):
            compare_paths(Path(__file__), path)


def test_folders_beyond_the_depth_limit_are_left_out(tmp_path: Path) -> None:
    left, right = folder(tmp_path / "a", {}), folder(tmp_path / "b", {"/".join(["d"] * 300) + "/x": b"1", "y": b"2"})
    changes = compare_paths(left, right)
    assert leaf_lines(changes.root)[-1] == "add y"
    assert "/".join(["d"] * 65) + ": left out, too deep\n" in as_text(changes)


def test_oversized_files_are_compared_as_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mask_comparator, "MAX_BYTES", 50)
    monkeypatch.setattr(xmp_comparator, "MAX_BYTES", 50)
    for before, after, name in ((mask(1), mask(2), "a.png"), (sidecar(1), sidecar(2), "a.xmp")):
        left, right = folder(tmp_path / f"l{name}", {name: before}), folder(tmp_path / f"r{name}", {name: after})
        root = compare_paths(left, right).root
        assert root is not None
        assert root.children[0].item_type == "binary"


def test_file_with_only_the_name_of_a_zip_is_compared_as_bytes(tmp_path: Path) -> None:
    left, right = folder(tmp_path / "a", {"x.zip": b"PK\x03\x04 broken"}), folder(tmp_path / "b", {"x.zip": b"no"})
    root = compare_paths(left, right).root
    assert root is not None
    assert root.children[0].item_type == "binary"


def test_links_inside_a_folder_are_followed_and_others_left_out(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    left, right = folder(tmp_path / "a", {}), folder(tmp_path / "b", {"objects/x": b"1"})
    (right / "inside").symlink_to("objects/x")
    (right / "outside").symlink_to("../secret")
    (right / "absolute").symlink_to(tmp_path / "secret")
    (right / "gone").symlink_to("nowhere")
    (right / "loop").symlink_to("objects")
    (right / "circle").symlink_to("circle")
    os.mkfifo(right / "pipe")
    changes = compare_paths(left, right)
    assert leaf_lines(changes.root) == ["add inside", "add objects/x"]
    assert left_out(changes).keys() == {"outside", "absolute", "gone", "loop", "circle", "pipe"}
    assert "\n  absolute: left out, a link that leads out of the folder\n" in as_text(changes)


def test_unlistable_folder_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may list every folder, so the system's answer is given by the test."""
    left, right = folder(tmp_path / "a", {}), folder(tmp_path / "b", {"locked/x": b"1", "open": b"1"})

    def refuse(_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "scandir", refuse)
    changes = compare_paths(left, right)
    assert leaf_lines(changes.root) == ["add open"]
    assert left_out(changes) == {"locked": "it can't be read (Permission denied)"}


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../../x", "a\\..\\x", "a//x", "./x", "~/x", "/".join(["d"] * 65) + "/x"]
)
def test_names_leading_out_of_a_zip_are_left_out(tmp_path: Path, name: str) -> None:
    changes = compare_paths(packed(tmp_path / "a.zip", {}), packed(tmp_path / "b.zip", {name: b"1", "ok": b"2"}))
    assert leaf_lines(changes.root) == ["add ok"]
    assert list(left_out(changes)) == [name]


def test_links_encrypted_entries_and_duplicates_in_a_zip_are_left_out(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr(link, "ok")
        archive.writestr("ok", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("ok", b"2")
        archive.writestr("locked", b"3")
    data = bytearray((tmp_path / "b.zip").read_bytes())
    flags_at = data.rindex(b"PK\x01\x02") + 8
    data[flags_at] |= 1
    (tmp_path / "b.zip").write_bytes(data)
    changes = compare_paths(packed(tmp_path / "a.zip", {}), tmp_path / "b.zip")
    assert left_out(changes) == {"link": "a link", "ok": "named twice", "locked": "encrypted"}


def test_a_damaged_entry_is_left_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", {"bad": b"payload" * 9, "good": b"1"}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"payloadpayload", b"payloadPayload", 1))
    changes = compare_paths(packed(tmp_path / "a.zip", {}), path)
    assert leaf_lines(changes.root) == ["add good"]
    assert "CRC" in left_out(changes)["bad"]


def test_sizes_in_a_zip_are_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "MAX_ENTRY_BYTES", 1000)
    monkeypatch.setattr(zip_archive, "MAX_TOTAL_BYTES", 2500)
    files = {"a": bytes(1001), "b": bytes(900), "c": bytes(900)}
    changes = compare_paths(packed(tmp_path / "a.zip", {}), packed(tmp_path / "b.zip", files))
    assert leaf_lines(changes.root) == ["add b"]
    assert {name: reason.split()[-2] for name, reason in left_out(changes).items()} == {"a": "1000", "c": "2500"}


def test_zips_in_a_zip_share_its_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "MAX_TOTAL_BYTES", 6500)
    left, right = (
        packed(tmp_path / name, {f"{number}.zip": zipped({"x": name.encode() * 300}) for number in range(3)})
        for name in ("a.zip", "b.zip")
    )
    assert leaf_lines(compare_paths(left, right).root) == ["modify 0.zip/x", "modify 1.zip", "modify 2.zip"]


def test_a_large_zip_in_a_zip_is_compared_as_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "MAX_NESTED_BYTES", 300)
    small, large = ({"s.zip": zipped({"x": text}), "l.zip": zipped({"x": text * 400})} for text in (b"1", b"2"))
    changes = compare_paths(packed(tmp_path / "a.zip", small), packed(tmp_path / "b.zip", large))
    assert leaf_lines(changes.root) == ["modify l.zip", "modify s.zip/x"]


def test_nesting_of_zips_is_limited(tmp_path: Path) -> None:
    def nested(core: bytes) -> bytes:
        for _ in range(8):
            core = zipped({"n.zip": core})
        return core

    (tmp_path / "a.zip").write_bytes(nested(b"1"))
    (tmp_path / "b.zip").write_bytes(nested(b"2"))
    (line,) = leaf_lines(compare_paths(tmp_path / "a.zip", tmp_path / "b.zip").root)
    assert line == "modify " + "/".join(["n.zip"] * 4)
