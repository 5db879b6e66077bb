"""What tests need of the machine: `needs_fuse` and `needs_program("exiv2")` on a test.

Where it is missing, the test is skipped on a developer's machine and fails where CI=true: there nothing may be missing.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

MARKERS = (
    "needs_fuse: mounts; needs /dev/fuse and fusermount",
    "needs_libfuse2: mounts by libfuse 2",
    "needs_root: mounts a disk of its own, or has a view of the mounts of its own",
    "needs_gexiv2: reads XMP by GExiv2, from the system's Python",
    "needs_program(*names): runs these programs",
)


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What mounts leave in the user's state folder goes with the tests' other files."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


def pytest_runtest_setup(item: pytest.Item) -> None:
    lacking = ", ".join(lacks_of_machine(item))
    if lacking and os.environ.get("CI") == "true":
        pytest.fail(f"needs {lacking}; scripts/test installs it", pytrace=False)
    if lacking:
        pytest.skip(f"needs {lacking}")


def lacks_of_machine(item: pytest.Item) -> Iterator[str]:
    if item.get_closest_marker("needs_fuse"):
        yield from lacks_of_fuse()
    if item.get_closest_marker("needs_libfuse2") and not ctypes.util.find_library("fuse"):
        yield "libfuse 2"
    if item.get_closest_marker("needs_root") and os.geteuid():
        yield "root"
    if item.get_closest_marker("needs_gexiv2") and not has_gexiv2():
        yield "GExiv2 for /usr/bin/python3"
    for marker in item.iter_markers("needs_program"):
        yield from (name for name in marker.args if not shutil.which(name))


def has_gexiv2() -> bool:
    program = "import gi; gi.require_version('GExiv2', '0.10')"
    try:
        return not subprocess.run(["/usr/bin/python3", "-c", program], capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False


def lacks_of_fuse() -> Iterator[str]:
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        yield "a /dev/fuse that this user may open" if Path("/dev/fuse").exists() else "/dev/fuse"
    if not shutil.which("fusermount"):
        yield "fusermount"
