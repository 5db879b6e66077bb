"""chemfs for a user who is not root: the mount is that user's own."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemfs.mount.mountpoint import mounted_type
from chemigram_core.repository import Repository
from tests.support.builders import sidecar

pytestmark = [
    pytest.mark.needs_fuse,
    pytest.mark.needs_program("setpriv"),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user; the other tests run as this one"),
]
SOMEBODY = pwd.getpwnam("nobody").pw_uid  # fusermount wants a user with a name
# May read the test's Python wherever it is, which is often in a home; may open nothing else that a user may not.
AS_SOMEBODY = ["setpriv", f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups"]
READING = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
DEVICE = Path("/dev/fuse")


@pytest.fixture
def home() -> Iterator[Path]:
    """A user's home with a repository `sunset` and a folder `mnt`, free again in the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Repository.init(folder / "sunset")
        (folder / "mnt").mkdir()
        (folder / "new.xmp").write_bytes(sidecar())
        for path in (folder, *folder.rglob("*")):
            os.chown(path, SOMEBODY, SOMEBODY)
        yield folder
        while mounted_type(folder / "mnt"):
            subprocess.run(["fusermount", "-uz", folder / "mnt"], check=True)


@pytest.fixture
def device_for_all() -> Iterator[None]:
    """/dev/fuse as distributions ship it; on some machines it is root's alone."""
    mode = stat.S_IMODE(DEVICE.stat().st_mode)
    DEVICE.chmod(0o666)
    yield
    DEVICE.chmod(mode)


@pytest.fixture
def device_for_root() -> Iterator[None]:
    """/dev/fuse as a careless container has it."""
    mode = stat.S_IMODE(DEVICE.stat().st_mode)
    DEVICE.chmod(0o600)
    yield
    DEVICE.chmod(mode)


def chemfs(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return run([*READING, sys.executable, "-m", "chemfs", *map(str, arguments)], home)


def run(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    return subprocess.run(
        [*AS_SOMEBODY, *command], cwd=home, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.usefixtures("device_for_all")
def test_the_mount_belongs_to_the_user_who_made_it(home: Path) -> None:
    mounted = chemfs(home, "mount", "sunset", "mnt")
    assert (mounted.returncode, mounted.stderr) == (0, "")
    assert (
        run(["stat", "--format=%u %g", "mnt/heads/main", "mnt/README.txt"], home).stdout.split("\n")[:2]
        == [f"{SOMEBODY} {SOMEBODY}"] * 2
    )
    assert run(["cp", "new.xmp", "mnt/heads/main/image.xmp"], home).returncode == 0
    assert run(["cat", "mnt/heads/main/image.xmp"], home).stdout
    with pytest.raises(PermissionError):
        (home / "mnt" / "README.txt").stat()  # not even root looks in unless it is asked to
    assert chemfs(home, "unmount", "mnt").returncode == 0
    assert (home / "sunset" / "refs" / "heads" / "main").stat().st_uid == SOMEBODY


def test_other_users_have_the_access_that_file_modes_allow(home: Path) -> None:
    """Root's mount of root's repository, which root may open to others whatever /etc/fuse.conf says."""
    home.chmod(0o755)
    for path in (home / "sunset", *(home / "sunset").rglob("*")):
        os.chown(path, 0, 0)
    command, environment = [sys.executable, "-m", "chemfs"], {**os.environ, "XDG_STATE_HOME": str(home / "state")}
    subprocess.run([*command, "mount", "--allow-other", "sunset", "mnt"], cwd=home, env=environment, check=True)
    branch = home / "mnt" / "heads" / "main"
    (branch / "image.xmp").write_bytes(sidecar())
    (branch / "private.txt").write_text("mine")
    (branch / "private.txt").chmod(0o600)
    assert run(["cat", "mnt/heads/main/image.xmp"], home).stdout.encode() == (branch / "image.xmp").read_bytes()
    for refused in (
        ["cp", "new.xmp", "mnt/heads/main/image.xmp"],
        ["rm", "-f", "mnt/heads/main/image.xmp"],
        ["cat", "mnt/heads/main/private.txt"],
        ["touch", "mnt/heads/main/theirs.txt"],
        ["mkdir", "mnt/heads/theirs"],
        ["mkdir", "mnt/tags/theirs"],
        ["ln", "-sfn", "heads/main", "mnt/HEAD"],
    ):
        assert "Permission denied" in run(refused, home).stderr, refused
    subprocess.run([*command, "unmount", "mnt"], cwd=home, env=environment, check=True)


@pytest.mark.usefixtures("device_for_root")
def test_private_device_is_reported_in_one_line(home: Path) -> None:
    refused = chemfs(home, "mount", "sunset", "mnt")
    assert refused.returncode == 3
    advice = "let every user open it (`sudo chmod 666 /dev/fuse`), as distributions do"
    assert refused.stderr == f"chemfs: can't open /dev/fuse (Permission denied): {advice}\n"
