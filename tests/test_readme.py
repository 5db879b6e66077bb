"""The README is true: every command in it runs, in order, as a reader would type them."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from chemigram_core.log.operations import SNAPSHOT
from chemigram_core.repository import Repository
from tests.support.window import link_data

ROOT = Path(__file__).parents[1]
NOT_HERE = "scripts/test"  # it is what runs this test
DARKTABLE = """#!/bin/sh
# the real window, on a screen that nobody sees, closed when nothing has come into its library for a while
xvfb-run --auto-servernum sh -c '
    "$0" --datadir "$HOME/data" "$@" >"$HOME/darktable.out" 2>&1 &
    cd "$HOME/.config" && touch -c darktable/library.db || exit
    for second in $(seq 120); do
        sleep 1
        [ -e darktable/library.db ] && [ -z "$(find darktable -name "library.db*" -newermt "-12 seconds")" ] && break
    done
    kill -KILL $!
' {program} "$@"
rm -f "$HOME"/.config/darktable/*.lock # what a killed one leaves
"""


UNMOUNT = "! mountpoint -q ~/chemfs-tour/mnt || fusermount -u ~/chemfs-tour/mnt"  # where a command failed


def commands() -> list[str]:
    """The lines of the README's `sh` blocks."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.needs_fuse
@pytest.mark.needs_program("darktable", "darktable-cli", "convert", "xvfb-run")
def test_every_command_of_the_readme_works(tmp_path: Path) -> None:
    link_data(tmp_path / "data")
    (tmp_path / "bin").mkdir()
    (tmp_path / ".config").mkdir()
    (tmp_path / "bin" / "darktable").write_text(DARKTABLE.format(program=shutil.which("darktable")))
    (tmp_path / "bin" / "darktable").chmod(0o755)
    script = "\n".join(
        ["set -eux", f"trap '{UNMOUNT}' ERR", *(line for line in commands() if not line.startswith(NOT_HERE))]
    )
    environment = {**os.environ, "HOME": str(tmp_path), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    environment.pop("XDG_STATE_HOME", None)
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=400
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert not (tmp_path / "chemfs-tour" / "mnt").is_mount()
    shoot = [f"IMG_{number:04}.tif" for number in (1, 2, 2, 3, 4, 5, 5, 5, 6, 7, 8, 9, 9, 10, 11, 12)]
    assert sorted(opened_in_darktable(tmp_path)) == [*shoot, "sunset.tif"]
    assert saves_of_the_shoot(tmp_path) == [1, 2, 3, 1, 3, 1, 1, 1, 2, 1, 1, 1]
    saves = Repository(tmp_path / "chemfs-tour" / "sunset").history.moments("refs/heads/main")
    assert len(saves) == 4, "the first look, five stars, the sun and the way back; none by only opening it in darktable"


def saves_of_the_shoot(home: Path) -> list[int]:
    """How many states each image got."""
    repositories = sorted((home / "chemfs-tour/library/2026-11-20-evening").glob("IMG_*"))
    return [sum(entry.op == SNAPSHOT for entry in Repository(root).log.entries()) for root in repositories]


def opened_in_darktable(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / ".config" / "darktable" / "library.db")) as library:
        return [name for (name,) in library.execute("select filename from images")]


def test_the_second_command_is_what_ci_runs() -> None:
    assert os.access(ROOT / NOT_HERE, os.X_OK)
    assert NOT_HERE in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
