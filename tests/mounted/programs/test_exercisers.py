"""Programs that try what a filesystem can do, on a scratch file and in a scratch folder of a branch."""

from __future__ import annotations

import subprocess

import pytest

from tests.mounted.programs.desk import Desk
from tests.mounted.programs.exerciser import Exerciser

pytestmark = pytest.mark.needs_fuse

STRESSORS = (
    "chmod", "copy-file", "dentry", "dir", "dirdeep", "fallocate", "filename", "flock", "fstat", "getdent",
    "hdd", "iomix", "locka", "open", "rename", "seek", "sync-file", "touch", "utime",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_random_access_to_a_scratch_file(seed: int, desk: Desk) -> None:
    exerciser = Exerciser(desk.folder / "one", seed)
    try:
        exerciser.exercise(steps=400)
    finally:
        exerciser.close()
    assert desk.snapshots() == 0


@pytest.mark.needs_program("stress-ng")
@pytest.mark.parametrize("stressor", STRESSORS)
def test_stress(stressor: str, desk: Desk) -> None:
    folder = desk.folder / "stress"
    folder.mkdir()
    command = ["stress-ng", "--temp-path", str(folder), "--verify", f"--{stressor}", "1", "--timeout", "1"]
    subprocess.run([*command, "--hdd-bytes", "4m", "--seek-size", "4m", "--iomix-bytes", "4m"], check=True, timeout=60)
    assert list(folder.iterdir()) == []
    assert desk.snapshots() == 0
