"""A command loads only what its verb needs: modules are counted, not seconds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chemfs.cli.overview import VERBS
from tests.chemfs.verbs.answer import Chemfs

PROGRAM = """
import json, sys
from chemfs.cli.main import main
assert main(sys.argv[1:]) == 0
json.dump(sorted(sys.modules), sys.stderr)
"""
SLOW = {"PIL", "fuse", "lxml", "numpy", "rich.console", "rich.progress", "rich.table", "rich.text"}
OURS = {"chemfs", "chemigram_core"}

Loaded = Callable[..., set[str]]


@pytest.fixture
def loaded(repository: str) -> Loaded:
    """The modules that a command has loaded when it is done, beside a repository called sunset."""

    def run(*arguments: str) -> set[str]:
        command = [sys.executable, "-c", PROGRAM, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return set(json.loads(done.stderr))

    return run


def verbs(modules: set[str]) -> set[str]:
    return {name.rpartition(".")[2] for name in modules if name.startswith("chemfs.cli.verbs.")}


def ours(modules: set[str]) -> int:
    return len([name for name in modules if name.partition(".")[0] in OURS])


def test_help_loads_no_verb_and_no_parser(loaded: Loaded) -> None:
    modules = loaded("--help")
    assert not verbs(modules)
    assert not modules & {*SLOW, "argparse", "chemigram_core.repository", "rich"}
    assert ours(modules) <= 10


def test_branch_loads_only_itself_and_no_xmp(loaded: Loaded) -> None:
    modules = loaded("branch", "sunset")
    assert verbs(modules) == {"branch"}
    assert not modules & {*SLOW, "rich"}
    assert ours(modules) <= 57


def test_wide_name_loads_only_the_character_widths(loaded: Loaded, chemfs: Chemfs) -> None:
    assert chemfs("branch", "sunset", "日本語の枝").code == 0
    modules = loaded("branch", "sunset")
    assert "rich.cells" in modules
    assert not modules & SLOW


def test_hash_loads_only_itself_and_the_xmp_reader(loaded: Loaded) -> None:
    modules = loaded("hash", "rating1.xmp")
    assert verbs(modules) == {"hash"}
    assert not modules & (SLOW - {"lxml"} | {"rich", "chemigram_core.repository"})
    assert ours(modules) <= 47  # seven of them are the rules of an edit, a module for each noun


@pytest.mark.parametrize("arguments", ["tag sunset", "log sunset", "status sunset"])
def test_a_list_loads_one_verb_and_nothing_slow(loaded: Loaded, arguments: str) -> None:
    modules = loaded(*arguments.split())
    assert verbs(modules) == {arguments.partition(" ")[0]}
    assert not modules & SLOW


def test_masks_loads_the_xmp_reader_for_drawn_ones(loaded: Loaded) -> None:
    modules = loaded("masks", "sunset")
    assert verbs(modules) == {"masks"}
    assert not modules & (SLOW - {"lxml"})


def test_verbs_and_modules_correspond() -> None:
    folder = Path(__file__).parents[3] / "chemfs" / "cli" / "verbs"
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == VERBS


def test_help_can_be_abbreviated_and_so_can_options(chemfs: Chemfs, repository: str) -> None:
    page = chemfs("--help").out
    assert [chemfs(word).out for word in ("-h", "--h", "--hel")] == [page] * 3
    assert chemfs("gc", repository, "--dry", "--keep", "0").out.startswith("would remove")
