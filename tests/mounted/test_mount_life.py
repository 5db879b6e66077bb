"""A mount's life by the command line: live, unmounted, killed, refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chemfs.mount.mountpoint import is_dead, mounted_type
from chemigram_core.errors import shown
from chemigram_core.names import BranchName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import Repository
from tests.support.builders import mask, saves, sidecar
from tests.support.processes import wait_until

pytestmark = pytest.mark.needs_fuse
Chemfs = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def chemfs(tmp_path: Path) -> Chemfs:
    """Runs a command as a user does; its state folder is the test's."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "chemfs", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment(tmp_path), timeout=60
        )

    return run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a snapshot."""
    repository = Repository.init(tmp_path / "sunset")
    save_xmp(repository, BranchName("main"), sidecar())
    return repository.root


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A mountpoint, free again in the end."""
    folder = tmp_path / "a mount"  # with a space, which the mount table escapes
    folder.mkdir()
    yield folder
    while mounted_type(folder):
        subprocess.run(["fusermount", "-uz", folder], check=True)


def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}


def daemon_of(place: Path) -> int | None:
    """The process that serves a mountpoint."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"--daemon" in words and os.fsencode(place) in words:
            return int(entry.name)
    return None


def own_view_of_mounts() -> list[str]:
    """What runs a command with a view of the mounts that doesn't follow ours, also where the root is no mount."""
    ways = (["unshare", "--mount", "--propagation", way] for way in ("private", "unchanged"))
    return next(way for way in ways if subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0)


def command_of(process: int) -> str:
    return Path(f"/proc/{process}/comm").read_text()


def options_of(place: Path) -> set[str]:
    lines = (line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines())
    (found,) = [line for line in lines if line[4] == str(place).replace(" ", "\\040")]
    return {*found[5].split(","), *found[-1].split(",")}


def test_mount_returns_when_files_answer_and_unmount_when_the_daemon_is_gone(
    chemfs: Chemfs, root: Path, place: Path
) -> None:
    mounted = chemfs("mount", root, place)
    assert (mounted.returncode, mounted.stdout, mounted.stderr) == (0, "", "")
    assert (place / "heads" / "main" / "image.xmp").read_bytes()
    assert daemon_of(place)
    unmounted = chemfs("unmount", place)
    assert (unmounted.returncode, unmounted.stdout, unmounted.stderr) == (0, "", "")
    assert daemon_of(place) is None
    assert not any(place.iterdir())


def test_mask_removed_just_before_unmount_stays_removed(chemfs: Chemfs, root: Path, place: Path) -> None:
    """A removal waits for the name to come back; unmounting waits no longer."""
    chemfs("mount", root, place)
    subject = place / "heads" / "main" / "masks" / "subject.png"
    subject.write_bytes(mask())
    subject.unlink()
    assert chemfs("unmount", place).returncode == 0
    repository = Repository(root)
    assert len(saves(repository)) == 3
    assert repository.state(repository.resolve("main")).masks == {}


def test_library_shows_a_folder_for_each_repository(chemfs: Chemfs, root: Path, place: Path, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    root.rename(tmp_path / "library" / "sunset")
    assert chemfs("mount", tmp_path / "library", place).returncode == 0
    assert (place / "sunset" / "heads" / "main" / "image.xmp").exists()
    chemfs("unmount", place)


def test_mount_is_noexec_and_closed_to_other_users(chemfs: Chemfs, root: Path, place: Path) -> None:
    chemfs("mount", root, place)
    assert {"nosuid", "nodev", "noexec", "rw"} <= options_of(place)
    assert not {"allow_other"} & options_of(place)
    chemfs("unmount", place)


def test_read_only_mount_refuses_writers_at_open(chemfs: Chemfs, root: Path, place: Path) -> None:
    chemfs("mount", "--read-only", root, place)
    assert "ro" in options_of(place)
    with pytest.raises(OSError, match="Read-only file system"):
        (place / "heads" / "main" / "image.xmp").open("r+b")
    chemfs("unmount", place)


def test_second_mount_at_the_same_place_is_refused(chemfs: Chemfs, root: Path, place: Path) -> None:
    chemfs("mount", root, place)
    second = chemfs("mount", root, place)
    assert second.returncode == 3
    says = f"chemfs: can't mount at {shown(str(place))}: a filesystem (fuse.chemfs) is mounted there already\n"
    assert second.stderr == says
    chemfs("unmount", place)


def test_folder_that_is_not_a_repository_is_not_mounted(chemfs: Chemfs, place: Path, tmp_path: Path) -> None:
    failed = chemfs("mount", tmp_path / "nosuch", place)
    assert failed.returncode == 3
    assert len(failed.stderr.splitlines()) == 1
    assert "not a chemfs repository" in failed.stderr
    assert mounted_type(place) is None


def test_a_killed_daemon_leaves_nothing_to_repair(chemfs: Chemfs, root: Path, place: Path) -> None:
    """kill -9 leaves a dead mount ("Transport endpoint is not connected"); the next mount clears it away."""
    chemfs("mount", root, place)
    (place / "heads" / "main" / "image.xmp").write_bytes(sidecar(exposure=3))
    daemon = daemon_of(place)
    assert daemon
    os.kill(daemon, signal.SIGKILL)
    wait_until(lambda: is_dead(place))
    again = chemfs("mount", root, place)
    assert (again.returncode, again.stderr) == (0, "")
    assert len(saves(Repository(root))) == 2
    assert (place / "heads" / "main" / "image.xmp").exists()
    chemfs("unmount", place)


def test_a_dead_mount_can_be_unmounted(chemfs: Chemfs, root: Path, place: Path) -> None:
    chemfs("mount", root, place)
    daemon = daemon_of(place)
    assert daemon
    os.kill(daemon, signal.SIGKILL)
    assert chemfs("unmount", place).returncode == 0
    assert mounted_type(place) is None


def test_mount_in_use_is_not_unmounted(chemfs: Chemfs, root: Path, place: Path) -> None:
    chemfs("mount", root, place)
    with (place / "heads" / "main" / "image.xmp").open("rb"):
        refused = chemfs("unmount", place)
    assert refused.returncode == 3
    assert "programs still use files there" in refused.stderr
    assert chemfs("unmount", place).returncode == 0


@pytest.mark.needs_root
def test_slow_unmount_reports_the_reason(chemfs: Chemfs, root: Path, place: Path, tmp_path: Path) -> None:
    """A container that was started with a mount keeps it when it is unmounted outside."""
    chemfs("mount", root, place)
    with subprocess.Popen([*own_view_of_mounts(), "sleep", "infinity"]) as container:
        wait_until(lambda: command_of(container.pid) == "sleep\n")
        command = [sys.executable, "-m", "chemfs", "unmount", str(place)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment(tmp_path)) as unmounting:
            assert unmounting.stderr
            assert "another program (a container?) holds the mount" in unmounting.stderr.readline()
            assert mounted_type(place) is None
            assert daemon_of(place)
            container.kill()
    assert unmounting.returncode == 0
    assert daemon_of(place) is None


def test_a_terminated_daemon_unmounts(chemfs: Chemfs, root: Path, place: Path) -> None:
    chemfs("mount", root, place)
    daemon = daemon_of(place)
    assert daemon
    os.kill(daemon, signal.SIGTERM)
    wait_until(lambda: daemon_of(place) is None)
    assert mounted_type(place) is None


def test_foreground_mount_ends_at_ctrl_c(root: Path, place: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chemfs", "mount", "--foreground", str(root), str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(tmp_path)) as serving:
        assert serving.stdout
        assert serving.stdout.readline() == f"mounted at {place}; Ctrl-C unmounts\n"
        assert (place / "heads" / "main" / "image.xmp").exists()
        serving.send_signal(signal.SIGINT)
    assert serving.returncode == 0
    assert mounted_type(place) is None


def test_errors_while_mounted_are_in_the_log(chemfs: Chemfs, root: Path, place: Path, tmp_path: Path) -> None:
    chemfs("mount", root, place)
    with pytest.raises(OSError, match="Invalid argument"):
        (place / "heads" / "main" / "image.xmp").write_bytes(b"<x:xmpmeta")
    chemfs("unmount", place)
    (log,) = (tmp_path / "state" / "chemfs").glob("*.log")
    assert "image.xmp" in log.read_text()
