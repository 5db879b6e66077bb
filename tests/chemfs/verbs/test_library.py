"""Verbs that take a library, or a folder of one: each repository in turn, problems with its path."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from chemfs.cli import json as json_output
from chemfs.cli.parser import load, parser_of
from chemfs.cli.text import Table
from chemfs.cli.verbs import log
from chemigram_core.log import journal
from chemigram_core.names import BranchName, TagName
from chemigram_core.operations.refs import create_branch, create_tag, delete_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository, missing_part
from tests.chemfs.verbs.answer import Chemfs
from tests.core.calls import count_calls
from tests.support.builders import sidecar as xmp
from tests.support.daemon import Daemon
from tests.support.shoots import edit, image


@pytest.fixture
def library(tmp_path: Path) -> Path:
    for number, name in enumerate(("day/1.NEF", "day/2.NEF", "night/3.NEF")):
        save_xmp(Repository.init(tmp_path / "library" / name), MAIN, xmp(number), label=f"look {number}")
    (tmp_path / "library" / "library.json").write_text("{}")
    return tmp_path / "library"


def damage(root: Path) -> None:
    for path in (root / "objects").rglob("*.xmp"):
        path.chmod(0o644)
        path.write_bytes(b"other bytes")


def test_the_log_names_the_repository_of_each_row(chemfs: Chemfs, library: Path) -> None:
    create_branch(Repository(library / "day/2.NEF"), BranchName("warm"))
    answer = chemfs("log", "library")
    assert (answer.code, answer.error) == (0, "")
    assert [(line.split()[0], line.split()[4]) for line in answer.out.splitlines()] == [
        ("day/1.NEF", "snapshot"),
        ("day/2.NEF", "branch"),
        ("day/2.NEF", "snapshot"),
        ("night/3.NEF", "snapshot"),
    ]
    assert chemfs("log", "library/day").out.startswith("1.NEF  ")
    assert len(chemfs("log", "library", "-n", 1).out.splitlines()) == 3


def test_json_log_of_a_library_is_one_list(chemfs: Chemfs, library: Path) -> None:
    entries = chemfs("log", "library", "--json").json
    assert [entry["repository"] for entry in entries] == ["day/1.NEF", "day/2.NEF", "night/3.NEF"]
    assert "repository" not in chemfs("log", "library/day/1.NEF", "--json").json[0]


def test_the_log_of_a_branch_that_some_images_have(chemfs: Chemfs, library: Path) -> None:
    create_branch(Repository(library / "day/2.NEF"), BranchName("warm"))
    (entry,) = chemfs("log", "library", "--branch", "warm", "--json").json
    assert entry["repository"] == "day/2.NEF"
    answer = chemfs("log", "library", "--branch", "nosuch")
    assert (answer.code, answer.out, "nosuch" in answer.error) == (3, "", True)


def test_damaged_repository_is_named_and_does_not_stop_the_others(chemfs: Chemfs, library: Path) -> None:
    (library / "day/1.NEF/HEAD").unlink()
    for verb in ("log", "gc"):
        answer = chemfs(verb, "library")
        assert answer.code == 3, verb
        assert answer.error.startswith("chemfs: day/1.NEF: damaged repository (HEAD is missing)")
        assert answer.error.endswith("; restore it with `chemfs fsck --repair`\n")
        assert len(answer.error.splitlines()) == 1
        assert answer.out


def test_fsck_checks_each_repository_and_sums_up(chemfs: Chemfs, library: Path) -> None:
    assert (chemfs("fsck", "library").out, chemfs("fsck", "library").code) == ("3 repositories: no problems found\n", 0)
    damage(library / "day/2.NEF")
    (library / "night/3.NEF/HEAD").unlink()
    answer = chemfs("fsck", "library")
    assert answer.code == 1
    *found, summary = answer.out.splitlines()
    assert {line.split("/")[0] + "/" + line.split("/")[1] for line in found} == {"day/2.NEF", "night/3.NEF"}
    assert summary == f"3 repositories: {len(found)} problems"
    listed = chemfs("fsck", "library", "--json").json
    assert {one["repository"] for one in listed} == {"day/2.NEF", "night/3.NEF"}
    assert len(listed) == len(found)
    assert chemfs("fsck", "library", "--repair").code == 1
    assert (library / "night/3.NEF/HEAD").exists()


def test_gc_lists_what_it_removes_and_sums_up(chemfs: Chemfs, library: Path) -> None:
    one = Repository(library / "day/2.NEF")
    save_xmp(one, BranchName("warm"), xmp(50))
    delete_branch(one, BranchName("warm"))
    listed = chemfs("gc", "library", "--dry-run", "--keep-days", 0).out.splitlines()
    assert [line.split()[:2] for line in listed] == [["day/2.NEF", "snapshot"], ["would", "remove"]]
    assert listed[1].startswith("would remove 1 snapshot and 0 masks, ")
    removed = chemfs("gc", "library", "--keep-days", 0)
    assert removed.code == 0
    assert [line.split(",")[0] for line in removed.out.splitlines()] == [
        "day/2.NEF: removed 1 snapshot and 0 masks",
        "removed 1 snapshot and 0 masks",
    ]
    assert removed.out.endswith(" in 3 repositories\n")


def test_a_tag_for_a_whole_shoot(chemfs: Chemfs, library: Path) -> None:
    assert chemfs("tag", "library", "v1_export").out == "3 images tagged v1_export\n"
    assert chemfs("tag", "library", "v1_export").out == "0 images tagged v1_export; 3 images already had the tag\n"
    assert chemfs("tag", "library", "client", "--only", "day/*").out == "2 images tagged client\n"
    assert chemfs("tag", "library").out == "client     2 images\nv1_export  3 images\n"
    assert chemfs("tag", "library", "--json").json == [
        {"ref": "refs/tags/client", "images": 2},
        {"ref": "refs/tags/v1_export", "images": 3},
    ]


def test_tag_that_exists_on_another_state_is_refused(chemfs: Chemfs, library: Path) -> None:
    one = Repository(library / "day/2.NEF")
    create_tag(one, TagName("v1"))
    save_xmp(one, MAIN, xmp(50))
    answer = chemfs("tag", "library", "v1")
    assert answer.code == 3
    assert answer.out.startswith("can't tag day/2.NEF: already exists")
    assert answer.error.startswith("chemfs: nothing tagged: 1 of 3 images can't be tagged")
    found = chemfs("tag", "library", "v1", "--json").json
    assert (found["tagged"], [one["repository"] for one in found["problems"]]) == ([], ["day/2.NEF"])


def test_image_without_the_state_is_left_out_and_named(chemfs: Chemfs, library: Path) -> None:
    Repository.init(library / "day" / "none.NEF")
    answer = chemfs("tag", "library", "v1")
    assert (answer.code, answer.error) == (1, "")
    assert answer.out.splitlines()[0].startswith("skipped day/none.NEF: no snapshot yet")
    assert answer.out.splitlines()[1] == "3 images tagged v1"


def test_library_options_are_refused_for_a_repository_and_vice_versa(chemfs: Chemfs, library: Path) -> None:
    assert chemfs("tag", "library/day/1.NEF", "v1", "--only", "*").code == 2
    assert "not a chemfs repository" in chemfs("tag", ".", "v1", "--only", "*").error
    assert chemfs("tag", "library", "v1", "--delete").code == 2
    assert chemfs("tag", "library", "v1", "--only", "nosuch").code == 3


def test_rows_are_printed_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table([3, 0])
    table.print(("a", "b"))
    assert capsys.readouterr().out == "a    b\n"
    table.print(("longer", "c"))
    table.print(("d", "e"))
    assert capsys.readouterr().out == "longer  c\nd       e\n"
    values = json_output.JsonList()
    values.print({"a": [1, "é"]})
    assert capsys.readouterr().out.startswith("[\n  {")
    values.print(2)
    values.end()
    assert json.loads("[\n  {" + '"a": 1}' + capsys.readouterr().out) == [{"a": 1}, 2]


class Closed(io.StringIO):
    """A pipe that nobody reads from."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["rows", "json"])
def test_log_stops_reading_when_its_output_is_closed(
    library: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    for number in range(50):
        save_xmp(Repository(library / "day/1.NEF"), MAIN, xmp(100 + number))
    lines = count_calls(monkeypatch, journal, "parse_line")
    monkeypatch.setattr("sys.stdout", Closed())
    with pytest.raises(BrokenPipeError):
        log.run(parser_of("log", load("log")).parse_args([str(library / "day/1.NEF"), *options]))
    assert len(lines) <= 2


def test_status_lists_what_needs_attention_first(chemfs: Chemfs, library: Path) -> None:
    Repository.init(library / "day" / "none.NEF")
    (library / "night/3.NEF/HEAD").unlink()
    create_tag(Repository(library / "day/1.NEF"), TagName("v1"))
    answer = chemfs("status", "library")
    assert (answer.code, answer.error) == (1, "")
    damaged, no_state, table, summary = answer.out.split("\n\n")
    assert [line.split(":")[0] for line in damaged.splitlines()] == ["damaged", "  night/3.NEF"]
    assert [line.split(":")[0] for line in no_state.splitlines()] == ["no-state", "  day/none.NEF"]
    rows = [line.split() for line in table.splitlines()]
    assert rows[0] == ["IMAGE", "HEAD", "LAST", "SAVE", "BRANCHES", "TAGS"]
    assert [(row[0], row[1], row[4:]) for row in rows[1:]] == [
        ("day/1.NEF", "main", ["main", "v1"]),
        ("day/2.NEF", "main", ["main"]),
        ("day/none.NEF", "main", []),
        ("night/3.NEF", "?", []),
    ]
    assert summary == "4 repositories, 2 of them need attention\n"


def test_status_of_a_healthy_library(chemfs: Chemfs, library: Path) -> None:
    answer = chemfs("status", library)
    assert answer.code == 0
    assert answer.out.startswith("IMAGE ")
    assert answer.out.endswith("\n3 repositories, none of them needs attention\n")


def test_status_for_programs_has_stable_keys(chemfs: Chemfs, library: Path) -> None:
    Repository.init(library / "day" / "none.NEF")
    found = chemfs("status", "library", "--json").json
    assert set(found) == {"attention", "images"}
    (one,) = found["attention"]
    assert (set(one), one["repository"], one["kind"]) == (
        {"repository", "kind", "says", "advice"},
        "day/none.NEF",
        "no-state",
    )
    first = found["images"][0]
    assert set(first) == {"repository", "head", "hash", "timestamp", "branches", "tags"}
    assert (first["head"], first["hash"]) == ("refs/heads/main", Repository(library / "day/1.NEF").resolve("main"))
    alone = chemfs("status", library / "day/1.NEF", "--json").json
    assert set(alone["images"][0]) == {"head", "hash", "timestamp", "branches", "tags", "unlogged"}


def test_status_of_neither_repository_nor_library_is_refused(chemfs: Chemfs, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    for name in ("photos", "nosuch"):
        assert chemfs("status", name).code == 3


def test_status_takes_the_current_folder(chemfs: Chemfs, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library / "day")
    assert "2 repositories" in chemfs("status").out


@pytest.mark.needs_fuse
def test_status_of_a_mount_is_that_of_its_source(chemfs: Chemfs, library: Path, tmp_path: Path) -> None:
    (library / "roll").mkdir()
    Repository.init(library / "roll" / "4.NEF")
    daemon = Daemon(library, tmp_path / "mnt")
    try:
        assert "4 repositories" in chemfs("status", "mnt").out
        assert "2 repositories" in chemfs("status", "mnt/day").out
        assert "1 repository" in chemfs("status", "mnt/roll_").out
        assert "2 repositories" in chemfs("status", "mnt/day/tagged").out
        for path in ("mnt/day/1.NEF", "mnt/day/1.NEF/heads/main"):
            assert chemfs("status", path).out == chemfs("status", "library/day/1.NEF").out
    finally:
        daemon.unmount()


def test_relink_lists_the_images_that_stay_missing(chemfs: Chemfs, tmp_path: Path) -> None:
    for name in ("1.NEF", "2.NEF"):
        image(tmp_path / "photos" / "day", name)
    assert chemfs("import", "photos/day", "library").code == 0
    (tmp_path / "photos").rename(tmp_path / "archive")
    (tmp_path / "archive/day/2.NEF").unlink()
    dry = chemfs("relink", "library", "archive", "--dry-run")
    assert dry.code == 1
    assert dry.out.splitlines() == [
        f"day/2.NEF is not in that folder, and missing: {tmp_path}/photos/day/2.NEF",
        "day/1.NEF -> archive/day/1.NEF",
        "1 would be linked, 0 unchanged, 1 not found or left",
    ]
    found = chemfs("relink", "library", "archive", "--json").json
    assert found["relinked"] == [{"repository": "day/1.NEF", "image": "archive/day/1.NEF"}]
    assert [one["repository"] for one in found["missing"]] == ["day/2.NEF"]
    assert chemfs("relink", "library", "archive").out.endswith("0 linked, 1 unchanged, 1 not found or left\n")
    assert chemfs("relink", "library", "nowhere").code == 3
    for options in (["library", "archive", "--rename"], ["library/day/1.NEF", "archive/day/1.NEF", "--dry-run"]):
        assert chemfs("relink", *options).code == 2


@pytest.fixture
def troubled(chemfs: Chemfs, tmp_path: Path) -> Path:
    """An imported library whose shoot was renamed, with equal names in two folders; one repository is damaged."""
    for name in ("day/1.NEF", "day/2.NEF", "day/3.NEF", "night/1.NEF"):
        folder = tmp_path / "photos" / Path(name).parent
        image(folder, Path(name).name)
        edit(folder, f"{Path(name).name}.xmp", len(name))
    assert chemfs("import", "photos", "library").code == 0
    (tmp_path / "photos").rename(tmp_path / "archive")
    (tmp_path / "library/photos/day/3.NEF/HEAD").unlink()
    return tmp_path / "library"


def test_damage_comes_before_images_that_are_away(chemfs: Chemfs, troubled: Path) -> None:
    *found, last = chemfs("fsck", "library").out.splitlines()
    assert (found[0].split(":")[0], last) == ("photos/day/3.NEF/HEAD", "4 repositories: 5 problems")
    assert all("chemfs relink" in line for line in found[1:])
    said = chemfs("status", "library").out.split("\n\n")
    assert [part.partition(":")[0] for part in said[:2]] == ["damaged", "image-missing"]
    assert "chemfs fsck --repair" in said[0].splitlines()[1]
    assert "LIBRARY FOLDER" in said[1]


def test_moved_shoot_is_relinked_by_the_library_s_folder_for_it(chemfs: Chemfs, troubled: Path) -> None:
    """For the whole library, the folder of its shoots has to be named: else only unique names count."""
    assert chemfs("fsck", "library", "--repair").code == 1
    answer = chemfs("relink", "library", "archive")
    assert (answer.code, answer.out.splitlines()[-1]) == (1, "2 linked, 0 unchanged, 2 not found or left")
    assert "library's folder for these photographs" in answer.out
    again = chemfs("relink", "library/photos", "archive")
    assert (again.code, again.out.splitlines()[-1]) == (0, "2 linked, 2 unchanged, 0 not found or left")
    assert chemfs("status", "library").code == 0


@pytest.mark.needs_root
def test_another_users_repository_is_reported_with_advice(chemfs: Chemfs, library: Path) -> None:
    image(library.parent / "photos", "2.NEF")
    assert chemfs("relink", "library/day/2.NEF", "photos/2.NEF").code == 0
    os.chown(library / "day/2.NEF", 65534, -1)
    answer = chemfs("status", "library")
    assert answer.code == 1
    assert answer.out.startswith("another-users: if you trust the repository, make it your own (chown -R)")


@pytest.mark.parametrize("verb", ["fsck", "gc", "log", "status", "tag"])
def test_no_verb_but_import_and_watch_makes_library_json(chemfs: Chemfs, library: Path, verb: str) -> None:
    (library / "library.json").unlink()
    chemfs(verb, "library/day", *(["v1"] if verb == "tag" else []))
    assert not list(library.rglob("library.json"))


@pytest.mark.parametrize("verb", ["fsck", "gc", "log", "status", "tag"])
def test_interruption_is_reported_in_one_line(
    chemfs: Chemfs, library: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Ctrl-C, while the second repository is being looked at."""

    def interrupted(root: Path) -> str | None:
        if root.name == "2.NEF":
            raise KeyboardInterrupt
        return really(root)

    really = missing_part
    monkeypatch.setattr("chemigram_core.repository.missing_part", interrupted)
    monkeypatch.setattr("chemigram_core.fsck.audit.Audit.first", lambda audit: interrupted(audit._root) or [])
    answer = chemfs(verb, "library")
    assert (answer.code, answer.error) == (130, "chemfs: interrupted\n")
