"""What other users may do on a mount with --allow-other: what they may do in the repository and the shoot, no more."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chemfs.mount.mountpoint import mounted_type
from chemigram_core.names import MaskName, TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import mask, picture, sidecar

pytestmark = [
    pytest.mark.needs_fuse,
    pytest.mark.needs_program("setpriv"),
    pytest.mark.needs_root,
]
NOBODY, SOMEBODY, TEAM = 65534, 54321, 54300
FILES = (
    "README.txt",
    "log.jsonl",
    "tags/v1/image.xmp",
    "tags/v1/a.tif",
    "tags/v1/a.tif.xmp",
    "tags/v1/masks/sky.png",
    "heads/main/image.xmp",
    "heads/main/a.tif",
    "heads/main/masks/sky.png",
    "heads/main/notes.txt",
    "snapshots/{tip}/image.xmp",
    "compare/v0..v1/changes.md",
    "compare/v0..v1/masks/sky.png",
    "rejected/{rejected}",
)


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "mnt").mkdir()
        made = Repository.init(folder / "repository", picture(folder / "a.tif"))
        for number in range(2):
            save_xmp(made, MAIN, sidecar(number), mask_files={MaskName("sky"): mask(number)})
            create_tag(made, TagName(f"v{number}"))
        made.rejected.keep(b"no XMP", "heads/main/image.xmp", "not a usable XMP")
        (folder / "repository/scratch/main").mkdir(parents=True)
        (folder / "repository/scratch/main/notes.txt").write_text("notes")
        (folder / "new.xmp").write_bytes(sidecar(9))
        yield folder
        while mounted_type(folder / "mnt"):
            subprocess.run(["fusermount", "-uz", folder / "mnt"], check=True)


def mount(home: Path) -> None:
    command = [sys.executable, "-m", "chemfs", "mount", "--allow-other", "repository", "mnt"]
    environment = {**os.environ, "XDG_STATE_HOME": str(home / "state")}
    subprocess.run(command, cwd=home, env=environment, check=True)


def paths(home: Path) -> dict[str, str]:
    repository = Repository(home / "repository")
    known = {"tip": repository.tip(MAIN), "rejected": repository.rejected.all()[0].file_name}
    return {path: f"mnt/{path}".format(**known) for path in FILES}


def run(home: Path, user: int, *words: str, groups: str = "") -> subprocess.CompletedProcess[bytes]:
    told = [f"--groups={groups}"] if groups else ["--clear-groups"]
    command = ["setpriv", f"--reuid={user}", f"--regid={user}", *told, *words]
    return subprocess.run(command, cwd=home, capture_output=True, check=False)


def readable(home: Path, user: int, groups: str = "") -> set[str]:
    """The files that a user can read, each of which root reads as it is."""
    found = set()
    for name, path in paths(home).items():
        if (answer := run(home, user, "cat", path, groups=groups)).returncode == 0:
            assert answer.stdout == (home / path).read_bytes()
            found.add(name)
    return found


def each(root: Path, change: Callable[[Path], None]) -> None:
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            change(path)


@pytest.mark.parametrize("user", [NOBODY, SOMEBODY])
def test_public_store_is_readable_by_all_and_writable_by_its_owner(home: Path, user: int) -> None:
    mount(home)
    open_to_all = set(FILES) - {"rejected/{rejected}", "heads/main/notes.txt"}
    assert readable(home, user) >= open_to_all
    for words in (
        ("cp", "new.xmp", "mnt/heads/main/image.xmp"),
        ("rm", "-f", "mnt/heads/main/image.xmp"),
        ("mkdir", "mnt/heads/theirs"),
        ("setfattr", "-n", "user.chemfs.prompt", "-v", "x", "mnt/heads/main/masks/sky.png"),
        ("chmod", "777", "mnt/heads/main/notes.txt"),
        ("touch", "mnt/heads/main/notes.txt"),
    ):
        if words[0] != "setfattr" or run(home, user, "which", "setfattr").returncode == 0:
            assert run(home, user, *words).returncode, words


@pytest.mark.parametrize("user", [NOBODY, SOMEBODY])
def test_store_in_a_private_folder_is_closed_to_others(home: Path, user: int) -> None:
    (home / "repository").chmod(0o700)
    mount(home)
    assert readable(home, user) == set()
    assert run(home, user, "ls", "mnt").returncode


def test_private_files_in_public_folders_are_closed_to_others(home: Path) -> None:
    each(home / "repository", lambda path: path.chmod(0o755 if path.is_dir() else 0o600))
    (home / "a.tif").chmod(0o600)
    mount(home)
    assert readable(home, NOBODY) == {"README.txt"}


def test_private_image_is_closed_to_others(home: Path) -> None:
    (home / "private").mkdir(mode=0o700)
    (home / "private" / "a.tif").write_bytes((home / "a.tif").read_bytes())
    (home / "repository/raw/a.tif").unlink()
    (home / "repository/raw/a.tif").symlink_to(home / "private" / "a.tif")
    mount(home)
    found = readable(home, NOBODY)
    assert "tags/v1/image.xmp" in found
    assert not {path for path in found if path.endswith("a.tif")}


def test_permission_change_while_mounted_takes_effect_within_seconds(home: Path) -> None:
    mount(home)
    assert readable(home, NOBODY)
    each(home / "repository", lambda path: path.chmod(0o700 if path.is_dir() else 0o600))
    (home / "a.tif").chmod(0o600)
    subprocess.run(["sleep", "2.5"], check=True)
    assert readable(home, NOBODY) == set()


def test_group_has_the_access_that_it_has_in_the_repository(home: Path) -> None:
    def give(path: Path) -> None:
        os.chown(path, 0, TEAM)
        path.chmod(0o2770 if path.is_dir() else 0o660)

    each(home / "repository", give)
    mount(home)
    assert readable(home, SOMEBODY) == set()
    assert "heads/main/image.xmp" in readable(home, SOMEBODY, str(TEAM))
    assert run(home, SOMEBODY, "cp", "new.xmp", "mnt/heads/main/image.xmp").returncode
    saved = run(home, SOMEBODY, "cp", "new.xmp", "mnt/heads/main/image.xmp", groups=str(TEAM))
    assert (saved.returncode, saved.stderr) == (0, b"")
    status = (home / "mnt/heads/main/image.xmp").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (0, TEAM, 0o660)


def test_copy_can_be_deleted_by_the_user_who_made_it(home: Path) -> None:
    (home / "theirs").mkdir()
    os.chown(home / "theirs", NOBODY, NOBODY)
    mount(home)
    assert run(home, NOBODY, "cp", "-r", "mnt/tags/v1", "theirs/copy").returncode == 0
    assert run(home, NOBODY, "rm", "-r", "theirs/copy").returncode == 0
    assert (
        b"Read-only file system"
        in subprocess.run(["mkdir", home / "mnt/tags/v1/x"], check=False, capture_output=True).stderr
    )
