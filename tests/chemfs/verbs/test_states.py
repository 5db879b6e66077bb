"""init, snapshot, show, export."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chemfs.verbs.answer import Chemfs

Sidecar = Callable[[int], Path]


def test_a_snapshot_prints_the_sha256_of_what_is_exported(chemfs: Chemfs, sidecar: Sidecar) -> None:
    chemfs("init", "sunset")
    identifier = chemfs("snapshot", "sunset", sidecar(1)).out.strip()
    chemfs("export", "sunset", "HEAD", "out")
    assert hashlib.sha256(Path("out/image.xmp").read_bytes()).hexdigest() == identifier


def test_the_same_edit_again_is_the_same_snapshot(chemfs: Chemfs, sidecar: Sidecar) -> None:
    chemfs("init", "sunset")
    assert chemfs("snapshot", "sunset", sidecar(1)).out == chemfs("snapshot", "sunset", sidecar(1)).out
    assert len(chemfs("log", "sunset", "--json").json) == 1


def test_masks_are_saved_with_the_xmp(chemfs: Chemfs, sidecar: Sidecar, mask: Path) -> None:
    chemfs("init", "sunset")
    saved = chemfs("snapshot", "sunset", sidecar(1), "--mask", f"subject={mask}", "--json").json
    assert saved["masks"] == {"subject": hashlib.sha256(mask.read_bytes()).hexdigest()}
    chemfs("export", "sunset", saved["hash"][:7], "out")
    assert Path("out/masks/subject.png").read_bytes() == mask.read_bytes()


def test_missing_masks_of_the_note_are_reported(chemfs: Chemfs, sidecar: Sidecar, mask: Path) -> None:
    """On stderr, in the JSON and in the log; with the masks given, the note is right again."""
    chemfs("init", "there")
    chemfs("snapshot", "there", sidecar(1), "--mask", f"sky={mask}", "--mask", f"tree={mask}")
    chemfs("export", "there", "HEAD", "out")
    chemfs("init", "sunset")
    answer = chemfs("snapshot", "sunset", "out/image.xmp", "--json")
    hashes = dict.fromkeys(("sky", "tree"), hashlib.sha256(mask.read_bytes()).hexdigest())
    assert (answer.code, answer.json.get("masks"), answer.json["missing_masks"]) == (0, None, hashes)
    assert answer.error.startswith("chemfs: the XMP names masks that are not in this repository: sky, tree;")
    assert answer.error.count("\n") == 1
    assert chemfs("log", "sunset", "--json").json[0]["metadata"] == {"missing_masks": hashes}
    again = chemfs("snapshot", "sunset", "out/image.xmp", "--mask", f"sky={mask}", "--json")
    assert (again.json["masks"], again.json["missing_masks"], again.error) == (hashes, {}, "")


def test_mask_given_twice_is_refused(chemfs: Chemfs, repository: str, sidecar: Sidecar, mask: Path) -> None:
    pair = f"subject={mask}"
    answer = chemfs("snapshot", repository, sidecar(3), "--mask", pair, "--mask", pair)
    assert (answer.code, answer.error) == (3, "chemfs: mask given twice: 'subject'; give it once\n")


def test_a_snapshot_can_go_to_another_branch(chemfs: Chemfs, repository: str, sidecar: Sidecar) -> None:
    saved = chemfs("snapshot", repository, sidecar(3), "--branch", "warm", "--json").json
    assert saved["refs"] == ["refs/heads/warm"]
    assert chemfs("show", repository, "HEAD", "--json").json["refs"] == ["refs/heads/main"]


def test_json_of_show_has_the_logs_keys(chemfs: Chemfs, repository: str) -> None:
    first = chemfs("show", repository, "v1_export", "--json").json
    assert first["label"] == "first look"
    assert first["ref"] == "refs/heads/main"
    assert first["refs"] == ["refs/tags/v1_export"]
    second = chemfs("show", repository, "main", "--json").json
    assert second["parent"] == first["hash"]
    assert second["edit"] != first["edit"]
    assert second["timestamp"] > first["timestamp"]


def test_show_for_people(chemfs: Chemfs, repository: str) -> None:
    lines = chemfs("show", repository, "v1_export").out.splitlines()
    assert any(line.startswith("label") and line.endswith("first look") for line in lines)


def test_an_image_is_exported_with_its_sidecar_beside_it(chemfs: Chemfs, sidecar: Sidecar) -> None:
    Path("IMG_1.TIF").write_bytes(b"pixels")
    chemfs("init", "sunset", "--image", "IMG_1.TIF")
    chemfs("snapshot", "sunset", sidecar(1))
    chemfs("export", "sunset", "HEAD", "out")
    assert Path("out/IMG_1.TIF").read_bytes() == b"pixels"
    assert Path("out/IMG_1.TIF.xmp").read_bytes() == Path("out/image.xmp").read_bytes()


def test_init_with_a_missing_image_creates_nothing(chemfs: Chemfs) -> None:
    answer = chemfs("init", "sunset", "--image", "IMG_1.TIF")
    assert (answer.code, answer.error) == (
        3,
        "chemfs: can't be the image (No such file or directory): 'IMG_1.TIF'; nothing was changed\n",
    )
    assert not Path("sunset").exists()


@pytest.mark.parametrize("name", [".hidden.tif", "image.xmp", "image", "masks", "x" * 252])
def test_init_with_an_unusable_image_name_creates_nothing(chemfs: Chemfs, name: str) -> None:
    Path(name).write_bytes(b"pixels")
    answer = chemfs("init", "sunset", "--image", name)
    assert (answer.code, answer.error.startswith("chemfs: not a usable image name (")) == (3, True)
    assert not Path("sunset").exists()


def test_unusual_image_names_are_accepted(chemfs: Chemfs, repository: str) -> None:
    for name in ("a\nb.tif", "x" * 251, "IMAGE"):
        Path(name).write_bytes(b"pixels")
        assert chemfs("init", f"of {name[:3]}", "--image", name).code == 0


def test_a_repository_keeps_its_image(chemfs: Chemfs) -> None:
    for name in ("IMG_1.TIF", "IMG_2.TIF"):
        Path(name).write_bytes(b"pixels")
    assert chemfs("init", "sunset", "--image", "IMG_1.TIF").code == 0
    assert chemfs("init", "sunset", "--image", "IMG_1.TIF").code == 0
    answer = chemfs("init", "sunset", "--image", "IMG_2.TIF")
    assert answer.code == 3
    assert f"already has an image: '{Path.cwd()}/IMG_1.TIF'; " in answer.error


def test_a_broken_sidecar_is_refused(chemfs: Chemfs, repository: str) -> None:
    Path("broken.xmp").write_text("<x:xmpmeta")
    answer = chemfs("snapshot", repository, "broken.xmp")
    assert answer.code == 3
    assert answer.error.startswith("chemfs: broken.xmp: not a usable XMP: line 1")


def test_a_broken_mask_is_refused_and_nothing_saved(chemfs: Chemfs, repository: str, sidecar: Sidecar) -> None:
    Path("broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    before = chemfs("log", repository).out
    answer = chemfs("snapshot", repository, sidecar(3), "--mask", "subject=broken.png")
    assert answer.code == 3
    assert answer.error.startswith("chemfs: not a usable PNG for the mask 'subject': it is cut off")
    assert chemfs("log", repository).out == before


def test_export_shows_progress_on_a_terminal(repository: str) -> None:
    screen, terminal = os.openpty()
    command = [sys.executable, "-m", "chemfs", "export", repository, "HEAD", "out"]
    subprocess.run(command, stdout=terminal, stderr=terminal, env={**os.environ, "TERM": "xterm"}, check=True)
    os.close(terminal)
    assert b"exporting" in os.read(screen, 65536)


def test_an_export_never_mixes_with_other_files(chemfs: Chemfs, repository: str) -> None:
    Path("out").mkdir()
    Path("out/mine.txt").touch()
    answer = chemfs("export", repository, "HEAD", "out")
    assert (answer.code, answer.error) == (3, "chemfs: folder is not empty: 'out'; choose a new one\n")
