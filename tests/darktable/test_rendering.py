"""darktable-cli renders the states of a mount as it renders the sidecars they were made of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.darktable.conftest import IMAGE, NEEDS_DARKTABLE, SIDECAR, Shoot
from tests.darktable.rendering import rendered
from tests.mounted.conftest import Mounted

pytestmark = NEEDS_DARKTABLE


@pytest.fixture
def tag(mount: Mounted, shoot: Shoot) -> Path:
    """The brightened state, tagged; the branch has gone back to the imported one."""
    (mount.branch / "image.xmp").write_bytes(shoot.brightened)
    tag = mount.path / "tags" / "v1_export"
    tag.mkdir()
    (mount.branch / "image.xmp").write_bytes(shoot.imported)
    return tag


@pytest.fixture
def original(tmp_path: Path, shoot: Shoot) -> Path:
    """The sidecar of the brightened state as darktable wrote it."""
    sidecar = tmp_path / "original.xmp"
    sidecar.write_bytes(shoot.brightened)
    return sidecar


def test_tagged_state_renders_as_its_original_sidecar(tag: Path, shoot: Shoot, original: Path, mount: Mounted) -> None:
    tagged = rendered(shoot.image, tag / "image.xmp")
    assert tagged == rendered(shoot.image, original)
    assert tagged != rendered(shoot.image, mount.branch / "image.xmp")


def test_image_in_the_mount_renders_by_the_sidecar_beside_it(tag: Path, shoot: Shoot, original: Path) -> None:
    assert rendered(tag / IMAGE) == rendered(shoot.image, original)


def test_sha256sum_of_darktables_sidecar_names_its_snapshot(tag: Path, mount: Mounted, tmp_path: Path) -> None:
    identifier = mount.repository.resolve("v1_export")
    chemfs = [sys.executable, "-m", "chemfs"]
    subprocess.run([*chemfs, "export", mount.repository.root, "v1_export", tmp_path / "exported"], check=True)
    states = (tag, mount.path / "snapshots" / identifier, tmp_path / "exported")
    files = [state / name for state in states for name in ("image.xmp", SIDECAR)]
    printed = subprocess.run(["sha256sum", *files], check=True, capture_output=True, text=True).stdout
    assert printed.splitlines() == [f"{identifier}  {file}" for file in files]
