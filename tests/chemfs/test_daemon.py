"""Starting a daemon: the starting process learns that the mount is live, or gets the reason in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemfs.mount import daemon as life
from chemfs.mount.daemon import MountOptions, start
from chemfs.mount.errors import FuseUnavailable, MountFailed
from chemigram_core.errors import StoreFailed


def daemon(script: str) -> list[str]:
    return ["sh", "-c", script]


def options(choices: MountOptions) -> set[str]:
    return set(choices.for_fuse().split(","))


def test_start_returns_when_the_daemon_says_live(tmp_path: Path) -> None:
    start(daemon(f"echo live; exec >&- 2>&-; sleep 0.2; touch {tmp_path}/served"), tmp_path)
    assert not (tmp_path / "served").exists()


def test_start_returns_although_another_thread_writes_a_line_after_live(tmp_path: Path) -> None:
    end = tmp_path / "end"
    script = f"echo live; echo another >&2; exec >&- 2>&-; while [ ! -e {end} ]; do sleep 0.1; done"
    start(daemon(script), tmp_path)
    end.touch()


def test_error_quotes_the_daemons_output(tmp_path: Path) -> None:
    with pytest.raises(MountFailed, match=r"^fusermount: mount failed; libfuse could not mount$"):
        start(daemon("echo 'fusermount: mount failed'; echo 'chemfs: libfuse could not mount' >&2; exit 3"), tmp_path)


def test_damaged_store_keeps_its_exit_code(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="HEAD is damaged"):
        start(daemon("echo 'chemfs: HEAD is damaged'; exit 4"), tmp_path)


def test_daemon_that_dies_silently_is_reported(tmp_path: Path) -> None:
    with pytest.raises(MountFailed, match="exited without a message"):
        start(daemon("kill -9 $$"), tmp_path)


def test_missing_device_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "DEVICE", tmp_path / "fuse")
    with pytest.raises(FuseUnavailable, match="modprobe fuse"):
        life.require_fuse()


def test_device_without_permission_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "DEVICE", tmp_path)  # a folder can't be opened for writing, not even by root
    with pytest.raises(FuseUnavailable, match="sudo chmod 666"):
        life.require_fuse()


def test_a_mount_is_closed_to_others_unless_asked() -> None:
    assert "allow_other" not in options(MountOptions())
    assert options(MountOptions(allow_other=True)) >= {"allow_other", "default_permissions"}


@pytest.mark.parametrize("choices", [MountOptions(), MountOptions(read_only=True, allow_other=True)])
def test_mounts_are_noexec_nodev_nosuid(choices: MountOptions) -> None:
    assert options(choices) >= {"nosuid", "nodev", "noexec"}


def test_the_log_is_in_the_users_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert life.log_file(Path("/media/photos")).parent == tmp_path / "chemfs"
    assert life.log_file(Path("/media/photos")) != life.log_file(Path("/home/photos"))


def test_relative_state_folder_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    assert life.log_file(Path("/media/photos")).parent == tmp_path / ".local" / "state" / "chemfs"
