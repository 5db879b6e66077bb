"""The systemd unit runs an existing command and is installed where systemd looks."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from chemfs.cli.parser import load, parser_of
from chemfs.exit_codes import WRONG_USAGE
from tests.support.shoots import edit, image
from tests.support.watch import lines_until

ROOT = Path(__file__).parents[3]
UNIT = ROOT / "chemfs" / "watch" / "chemfs-watch@.service"


def service() -> configparser.SectionProxy:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(UNIT.read_text(encoding="utf-8"))
    return unit["Service"]


def test_unit_runs_the_watch_with_two_folders() -> None:
    env, program, verb, *words = shlex.split(service()["ExecStart"])
    assert (env, program) == ("/usr/bin/env", "chemfs")
    options = parser_of(verb, load(verb)).parse_args(words)
    assert (str(options.shoot), str(options.library)) == ("${SHOOT}", "${LIBRARY}"), "each is one word, spaces or not"
    assert service()["RestartPreventExitStatus"] == str(WRONG_USAGE)


def test_installed_program_watches_the_folders_of_the_unit(tmp_path: Path) -> None:
    """ExecStart, with the program that pip installed, in the words and with the variables that systemd gives it."""
    values = {"${SHOOT}": str(tmp_path / "2026 wedding"), "${LIBRARY}": str(tmp_path / "library")}
    edit(image(tmp_path / "2026 wedding", "a.NEF").parent, "a.NEF.xmp", 5)
    command = [values.get(word, word) for word in shlex.split(service()["ExecStart"])]
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path)}
    watch = subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        assert lines_until("watching", watch.stdout)[0].startswith("a.NEF.xmp: branch main is at snapshot ")
        watch.terminate()
        assert watch.wait() == 0
    finally:
        watch.kill()
        watch.wait()


def test_unit_is_installed_in_systemds_user_folder() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert wheel["shared-data"] == {UNIT.relative_to(ROOT).as_posix(): f"share/systemd/user/{UNIT.name}"}


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze")
    unit = tmp_path / UNIT.name.replace("@", "@wedding")
    unit.write_bytes(UNIT.read_bytes())
    command = ["systemd-analyze", "--user", "--man=no", "verify", str(unit)]
    environment = {"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
