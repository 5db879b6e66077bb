"""chemfs import, and how other verbs treat libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chemigram_core.names import BranchName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.chemfs.verbs.answer import Chemfs
from tests.support.builders import sidecar as xmp
from tests.support.shoots import edit, image, shoot


@pytest.fixture
def wedding(tmp_path: Path) -> Path:
    return shoot(tmp_path / "wedding")


def test_import_reports_what_it_took(chemfs: Chemfs, wedding: Path) -> None:
    answer = chemfs("import", "wedding", "library")
    assert (answer.code, answer.error) == (0, "")
    assert answer.out.splitlines() == [
        f"{wedding} -> {wedding.parent}/library/wedding",
        "4 images, 4 of them new",
        "5 states taken, on 5 new branches",
        "0 sidecars unchanged",
    ]
    assert "5 sidecars unchanged" in chemfs("import", "wedding", "library").out


def test_problems_are_listed_at_the_end_with_advice(chemfs: Chemfs, wedding: Path) -> None:
    (wedding / "1.NEF.xmp").write_bytes(b"")
    (wedding / "2.NEF.xmp").write_bytes(b"<x")
    edit(wedding, "1.xmp", 1)
    answer = chemfs("import", "wedding", "library")
    assert (answer.code, answer.error) == (1, "")
    problems = answer.out.split("\n\n")[1:]
    assert [problem.partition(":")[0] for problem in problems] == ["broken-sidecar", "foreign-sidecar"]
    assert "open the image in darktable" in problems[0]
    assert f"{wedding}/1.NEF.xmp: it is empty" in problems[0]
    assert len(problems[0].splitlines()) == 3


def test_json_has_everything(chemfs: Chemfs, wedding: Path) -> None:
    edit(wedding, "gone.NEF.xmp", 1)
    answer = chemfs("import", "wedding", "library", "--json")
    assert answer.code == 1
    assert {key: value for key, value in answer.json.items() if key != "problems"} == {
        "shoot": str(wedding),
        "folder": f"{wedding.parent}/library/wedding",
        "dry_run": False,
        "images": 4,
        "new_images": 4,
        "states": 5,
        "branches": 5,
        "unchanged": 0,
    }
    (problem,) = answer.json["problems"]
    assert set(problem) == {"kind", "path", "says", "advice"}
    assert (problem["kind"], problem["path"]) == ("no-image", f"{wedding}/gone.NEF.xmp")


def test_a_name_that_is_not_utf_8_is_printed(chemfs: Chemfs, wedding: Path) -> None:
    edit(wedding, os.fsdecode(b"\xff.NEF.xmp"), 1)
    assert "\\udcff.NEF.xmp" in chemfs("import", "wedding", "library").out
    (problem,) = chemfs("import", "wedding", "library", "--json").json["problems"]
    assert os.fsencode(problem["path"]).endswith(b"/\xff.NEF.xmp")


def test_a_dry_run_writes_nothing(chemfs: Chemfs, wedding: Path) -> None:
    answer = chemfs("import", "--dry-run", "wedding", "library")
    assert answer.code == 0
    assert "5 states would be taken" in answer.out
    assert not (wedding.parent / "library").exists()


def test_folders_that_cannot_be_imported_are_refused_in_one_line(chemfs: Chemfs, wedding: Path) -> None:
    chemfs("import", "wedding", "library")
    for wrong in (
        ("nosuch", "library"),
        ("library", "wedding"),
        ("library/wedding/0.NEF", "new"),
        ("wedding", "wedding"),
    ):
        answer = chemfs("import", *wrong)
        assert answer.code == 3, wrong
        assert len(answer.error.splitlines()) == 1


@pytest.mark.parametrize("verb", ["branch", "masks"])
def test_library_in_place_of_a_repository_is_refused(chemfs: Chemfs, wedding: Path, verb: str) -> None:
    chemfs("import", "wedding", "library")
    for path, name in (("library", "one of the repositories in it"), ("library/wedding", "such as 'library/wedding/")):
        answer = chemfs(verb, path)
        assert answer.code == 3
        assert answer.error.startswith("chemfs: a library of repositories: ")
        assert name in answer.error


def test_init_refuses_a_library(chemfs: Chemfs, wedding: Path) -> None:
    chemfs("import", "wedding", "library")
    assert chemfs("init", "library").code == 3
    assert chemfs("init", "library/wedding").code == 3
    assert not (wedding.parent / "library" / "objects").exists()
    assert chemfs("init", "library/wedding/by-hand").code == 0


def test_status_reports_an_edit_in_both_places(chemfs: Chemfs, wedding: Path) -> None:
    chemfs("import", "wedding", "library")
    root = wedding.parent / "library/wedding/0.NEF"
    before = save_xmp(Repository(root), BranchName("warm"), xmp(900)).digest
    edit(wedding, "0_01.NEF.xmp", 901, "warm")
    answer = chemfs("import", "wedding", "library")
    assert answer.code == 1
    assert "edited-in-both: both edits are kept" in answer.out
    said = chemfs("status", root)
    assert said.code == 1
    assert f"0_01.NEF.xmp was taken over {before[:12]}, which was saved on warm elsewhere" in said.out
    (both,) = chemfs("status", root, "--json").json["attention"]
    assert (both["kind"], both["source"], both["ref"], both["over"]) == (
        "edited-in-both",
        "0_01.NEF.xmp",
        "refs/heads/warm",
        before,
    )
    save_xmp(Repository(root), BranchName("warm"), xmp(902))
    assert chemfs("status", root, "--json").json["attention"] == []


@pytest.mark.needs_program("setpriv")
@pytest.mark.needs_root
def test_unreadable_files_are_listed(wedding: Path) -> None:
    """As another user, who may not read one sidecar, and may not list one folder."""
    image(wedding / "secret", "s.NEF")
    library = wedding.parent / "library"
    library.mkdir()
    for path in list(wedding.parents)[:3]:
        path.chmod(0o755)
    os.chown(library, 65534, 65534)
    (wedding / "1.NEF.xmp").chmod(0o600)
    (wedding / "secret").chmod(0o700)
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-m", "chemfs"]
    command += ["import", str(wedding), str(library), "--json", "--trust"]  # the library is root's
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    found = {Path(problem["path"]).name: problem["kind"] for problem in json.loads(done.stdout)["problems"]}
    assert found == {"1.NEF.xmp": "unreadable", "secret": "unreadable"}
    assert len(os.listdir(library / "wedding")) == 4


@pytest.mark.needs_fuse
def test_mounts_inside_a_shoot_are_skipped(chemfs: Chemfs, wedding: Path) -> None:
    chemfs("import", "wedding", "library")
    place = wedding / "mnt"
    place.mkdir()
    run = [sys.executable, "-m", "chemfs"]
    subprocess.run([*run, "mount", "library", "wedding/mnt"], check=True)
    try:
        assert "4 images, 0 of them new" in chemfs("import", "wedding", "library").out
        for wrong in (("wedding/mnt/wedding", "new"), ("wedding", "wedding/mnt")):
            answer = chemfs("import", *wrong)
            assert answer.code == 3
            assert "inside a chemfs mount" in answer.error
        branch = place / "wedding" / "1.NEF" / "heads" / "main"
        edit(wedding, "1.NEF.xmp", 700)
        image(wedding, "new.NEF")
        edit(wedding, "new.NEF.xmp", 701)
        assert chemfs("import", "wedding", "library").code == 0
        assert (place / "wedding/new.NEF/heads/main/new.NEF.xmp").exists(), "shown without a new mount"
        tip = Repository(wedding.parent / "library/wedding/1.NEF").tip(MAIN)
        assert os.getxattr(branch, "user.chemfs.snapshot") == tip.encode()
    finally:
        subprocess.run([*run, "unmount", "wedding/mnt"], check=True)
