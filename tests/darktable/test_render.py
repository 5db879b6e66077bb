"""chemfs render by the real darktable-cli: the pictures are its own, and nothing else is written."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

from chemigram_core.digest import Digest
from chemigram_core.names import BranchName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind
from tests.darktable.rendering import Picture
from tests.support.drawn_edits import sidecar_of
from tests.support.drawn_samples import samples
from tests.support.packets import Fields
from tests.support.raw_files import dng

pytestmark = pytest.mark.needs_program("darktable-cli")

SIZE = 200


def step(operation: str, version: int, params: bytes) -> Fields:
    named = {"multi_name": "", "multi_priority": "0", "blendop_version": "11", "blendop_params": "00" * 420}
    return {"operation": operation, "enabled": "1", "modversion": str(version), "params": params.hex(), **named}


def exposure(stops: float, version: int = 6) -> Fields:
    return step("exposure", version, struct.pack("<iffffi", 0, 0.0, stops, 50.0, -4.0, 0))


EDITS = {
    "plain": sidecar_of([]),
    "dark": sidecar_of([], before=[exposure(-1.5)]),
    "bright": sidecar_of([], before=[exposure(1)]),
    "turned": sidecar_of([], before=[step("flip", 2, struct.pack("<i", 5)), exposure(0.5)]),
    "masked": sidecar_of(samples()[:2], before=[exposure(0.7)]),
    "stroke": sidecar_of([one for one in samples() if one.name == "ever softer"]),
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An image that isn't shown larger than it is and one branch for each edit; its name has a space."""
    photographs = tmp_path / "photo graphs"
    photographs.mkdir()
    picture = Image.effect_noise((600, 401), 80)
    Image.merge(
        "RGB", (picture, picture.rotate(90).resize(picture.size), Image.linear_gradient("L").resize(picture.size))
    ).save(photographs / "Größe 1.tif")
    repository = Repository.init(tmp_path / "repository", photographs / "Größe 1.tif")
    for name, xmp in EDITS.items():
        save_xmp(repository, BranchName(name), xmp)
    return repository


def render(repository: Repository, **environment: str) -> Mapping[str, list[dict[str, str]]]:
    command = [sys.executable, "-m", "chemfs", "render", str(repository.root), "--size", str(SIZE), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})
    assert done.stderr == ""
    found: Mapping[str, list[dict[str, str]]] = json.loads(done.stdout)
    assert done.returncode == bool(found["problems"])
    return found


def decoded(path: str | Path) -> Picture:
    with Image.open(path) as picture:
        assert picture.format == "JPEG"
        return picture.size, picture.tobytes()


def by_darktable(image: Path, xmp: bytes) -> Picture:
    """What darktable-cli alone makes of an image and a sidecar."""
    with TemporaryDirectory() as folder:
        (sidecar := Path(folder, "state.xmp")).write_bytes(xmp)
        own = ["--core", "--library", ":memory:", "--configdir", f"{folder}/config", "--cachedir", f"{folder}/cache"]
        sizes = ["--width", str(SIZE), "--height", str(SIZE)]
        command = ["darktable-cli", str(image), str(sidecar), f"{folder}/picture.jpg", *sizes, *own, "--disable-opencl"]
        subprocess.run(command, check=True, capture_output=True)
        return decoded(f"{folder}/picture.jpg")


def test_pictures_are_those_of_darktable(repository: Repository, tmp_path: Path) -> None:
    found = render(repository)
    assert found["problems"] == []
    pictures = {one["hash"]: decoded(one["path"]) for one in found["rendered"]}
    assert len(set(pictures.values())) == len(EDITS), "each edit looks different"
    for name in EDITS:
        state = repository.resolve(name)
        xmp = repository.objects.read(state, Kind.SNAPSHOT)
        assert pictures[state] == by_darktable(tmp_path / "photo graphs" / "Größe 1.tif", xmp), name


def test_pictures_of_a_raw_file_too(tmp_path: Path) -> None:
    (tmp_path / "raw.dng").write_bytes(dng((301, 200)))
    repository = Repository.init(tmp_path / "repository", tmp_path / "raw.dng")
    save_xmp(repository, BranchName("bright"), EDITS["bright"])
    save_xmp(repository, BranchName("turned"), EDITS["turned"])
    found = render(repository)
    assert found["problems"] == []
    for one in found["rendered"]:
        xmp = repository.objects.read(Digest(one["hash"]), Kind.SNAPSHOT)
        assert decoded(one["path"]) == by_darktable(tmp_path / "raw.dng", xmp)


def test_image_unreadable_to_darktable_gets_no_picture(repository: Repository, tmp_path: Path) -> None:
    newer = sidecar_of([], before=[exposure(1, version=99)])
    unknown = sidecar_of([], before=[step("hologram", 1, b"\0" * 8)])
    schema = EDITS["bright"].replace(b'xmp_version="5"', b'xmp_version="6"')
    for name, xmp in (("newer", newer), ("unknown", unknown), ("schema", schema)):
        save_xmp(repository, BranchName(name), xmp)
    found = render(repository)
    problems = {one["hash"]: one["says"] for one in found["problems"]}
    assert problems.keys() == {repository.resolve(name) for name in ("newer", "unknown", "schema")}
    assert "version mismatch: history is 99" in problems[repository.resolve("newer")]
    assert "`hologram'" in problems[repository.resolve("unknown")]
    assert "schema version 6" in problems[repository.resolve("schema")]
    assert len(found["rendered"]) == len(EDITS)


def test_nothing_is_written_beside_the_image_or_into_the_home(repository: Repository, tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    for folder in (home / ".config" / "darktable", home / ".cache", temporary):
        folder.mkdir(parents=True)
    (home / ".config" / "darktable" / "darktablerc").write_text("ui_last/theme=mine\n")
    before = [snapshot(folder) for folder in (home, tmp_path / "photo graphs")]
    own = {"HOME": str(home), "TMPDIR": str(temporary)}
    assert len(render(repository, **own)["rendered"]) == len(EDITS)
    assert [snapshot(folder) for folder in (home, tmp_path / "photo graphs")] == before
    assert list(temporary.iterdir()) == []


def snapshot(folder: Path) -> dict[str, tuple[int, int, Digest | None]]:
    """Names, times and contents."""
    return {
        str(path): (
            path.stat().st_mtime_ns,
            path.stat().st_mode,
            Digest.of(path.read_bytes()) if path.is_file() else None,
        )
        for path in (folder, *sorted(folder.rglob("*")))
    }
