"""Mounting and changing what another user owns, from the command line: refused in a line, unless --trust is given."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemfs.mount.mountpoint import mounted_type
from chemigram_core.repository import MAIN, Repository
from chemigram_core.shoot.importer import import_shoot
from tests.support.builders import sidecar
from tests.support.shoots import edit, image, shoot

pytestmark = [pytest.mark.needs_root, pytest.mark.needs_fuse]
ALICE = 54321
LINE = "belongs to another user (number 54321): "
VERBS = [
    ("snapshot", "new.xmp"), ("branch", "x"), ("tag", "v2"), ("checkout", "main"), ("gc", "--keep-days", "0"),
    ("restore", "HEAD", "--branch", "y"), ("init",),
    ("relink", "shoot/0.NEF"),
]  # fmt: skip


@pytest.fixture
def home() -> Iterator[Path]:
    """A user's home with a library."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        import_shoot(shoot(folder / "shoot"), folder / "library")
        (folder / "new.xmp").write_bytes(sidecar(90))
        (folder / "mnt").mkdir()
        yield folder
        while mounted_type(folder / "mnt"):
            subprocess.run(["fusermount", "-uz", folder / "mnt"], check=True)


def give(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        os.chown(path, ALICE, ALICE, follow_symlinks=False)


def chemfs(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "SUDO_UID"}
    environment["XDG_STATE_HOME"] = str(home / "state")
    command = [sys.executable, "-m", "chemfs", *map(str, words)]
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
def test_writing_verbs_are_refused_in_one_line(home: Path, words: tuple[str, ...]) -> None:
    root = home / "library/shoot/0.NEF"
    give(root)
    verb, *rest = words
    refused = chemfs(home, verb, root, *rest)
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1), refused
    assert LINE in refused.stderr
    assert "--trust" in refused.stderr
    assert {path.lstat().st_uid for path in root.rglob("*")} == {ALICE}
    trusted = chemfs(home, verb, root, *rest, "--trust")
    assert trusted.returncode == 0, trusted


def test_mount_is_refused_in_one_line(home: Path) -> None:
    root = home / "library/shoot/0.NEF"
    give(root)
    refused = chemfs(home, "mount", root, "mnt")
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1), refused
    assert LINE in refused.stderr
    assert chemfs(home, "mount", "--trust", root, "mnt").returncode == 0
    (home / "mnt/heads/main/image.xmp").write_bytes(sidecar(91))
    assert not (home / "mnt/heads/main/0.NEF").exists()  # a link, which is not followed even then
    assert chemfs(home, "snapshot", root, "new.xmp").returncode == 3  # trusted by that mount alone


def test_foreign_repository_in_an_own_library_is_explained(home: Path) -> None:
    give(home / "library/shoot/0.NEF")
    assert chemfs(home, "mount", "library", "mnt").returncode == 0
    folder = home / "mnt/shoot/0.NEF"
    assert os.listdir(folder) == ["README.txt"]
    assert "chemfs mount --trust" in (folder / "README.txt").read_text()
    with pytest.raises(FileNotFoundError):
        (folder / "heads").stat()
    assert "heads" in os.listdir(home / "mnt/shoot/1.NEF")


def test_a_trusted_mount_of_a_library_shows_all_of_it(home: Path) -> None:
    give(home / "library")
    assert chemfs(home, "mount", "library", "mnt").returncode == 3
    assert chemfs(home, "mount", "--trust", "library", "mnt").returncode == 0
    assert "heads" in os.listdir(home / "mnt/shoot/0.NEF")


def test_import_is_refused_in_one_line(home: Path) -> None:
    give(home / "library")
    edit(home / "shoot", "0.NEF.xmp", 95)
    refused = chemfs(home, "import", "shoot", "library")
    assert (refused.returncode, LINE in refused.stderr) == (3, True), refused
    assert chemfs(home, "import", "shoot", "library", "--trust").returncode == 0


def test_import_skips_a_foreign_repository_in_an_own_library(home: Path) -> None:
    root = home / "library/shoot/0.NEF"
    give(root)
    tip = Repository(root).tip(MAIN)
    edit(home / "shoot", "0.NEF.xmp", 95)
    image(home / "shoot", "new.NEF")
    done = chemfs(home, "import", "shoot", "library")
    assert (done.returncode, LINE in done.stdout) == (1, True), done
    assert Repository(root).tip(MAIN) == tip
    assert (home / "library/shoot/new.NEF/objects").is_dir()


def test_reading_verbs_are_allowed(home: Path) -> None:
    root = home / "library/shoot/0.NEF"
    give(root)
    for words in (("log",), ("show", "HEAD"), ("branch",), ("tag",), ("fsck",), ("masks",)):
        verb, *rest = words
        assert chemfs(home, verb, root, *rest).returncode == 0, words
    assert chemfs(home, "status", root).returncode == 1  # the image, which is not followed
