"""Imports of small shoots of every shape, and importing them again."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from chemigram_core import fsck
from chemigram_core.durable.replacement import TEMPORARY_PREFIX
from chemigram_core.errors import StoreFailed
from chemigram_core.folder_kind import ARepository
from chemigram_core.log.journal import OperationLog
from chemigram_core.log.metadata import HISTORY_LOSS
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import create_branch, delete_branch, rename_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll_file import read_numbers
from chemigram_core.shoot import importer
from chemigram_core.shoot.destination import UnusableLibrary, UnusableShoot
from chemigram_core.shoot.importer import import_shoot
from chemigram_core.shoot.last_taken import edited_in_both
from chemigram_core.shoot.problem import Kind
from chemigram_core.shoot.report import Report
from chemigram_core.shoot.source_file import FILE_NAME, read_sources
from chemigram_core.sidecar import parse
from tests.core.calls import count_calls
from tests.support.builders import mask, saves, sidecar
from tests.support.shoots import edit, image, repositories, shoot, tips


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return shoot(tmp_path / "wedding")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


def branches_by_number(root: Path) -> dict[int, str]:
    return {number: given.branch for number, given in read_numbers(root).items()}


def figures(report: Report) -> tuple[int, int, int, int]:
    return report.new_images, report.states, report.branches, report.unchanged


def kinds(report: Report) -> dict[str, Kind]:
    return {Path(problem.path).name: problem.kind for problem in report.problems}


def texts(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}


def test_whole_shoot_is_imported(source: Path, library: Path) -> None:
    before = texts(source)
    report = import_shoot(source, library)
    assert (report.images, *figures(report)) == (4, 4, 5, 5, 0)
    assert report.problems == []
    assert texts(source) == before
    found = repositories(library)
    assert list(found) == ["wedding/0.NEF", "wedding/1.NEF", "wedding/2.NEF", "wedding/more/z.jpg"]
    assert list(found["wedding/0.NEF"]) == ["main", "version-03", "warm"]
    assert found["wedding/1.NEF"] == {"main": parse(sidecar(1)).digest}
    assert found["wedding/more/z.jpg"] == {}
    assert json.loads((library / "library.json").read_text()) == {"folders": {"wedding": str(source)}}
    for path in found:
        assert fsck.check(library / path) == []


def test_each_branch_starts_with_a_state_of_its_own(source: Path, library: Path) -> None:
    import_shoot(source, library)
    repository = Repository(library / "wedding" / "0.NEF")
    entries = list(repository.log.entries())
    assert [(entry.ref, entry.parent) for entry in entries] == [
        ("refs/heads/main", None),
        ("refs/heads/warm", None),
        ("refs/heads/version-03", None),
    ]
    assert not any(HISTORY_LOSS in entry.metadata for entry in entries)
    assert repository.refs.head() == OnBranch(MAIN)
    assert branches_by_number(repository.root) == {0: "main", 1: "warm", 3: "version-03"}


def test_images_are_linked_and_not_read(source: Path, library: Path) -> None:
    for path in source.rglob("*.NEF"):
        path.write_bytes(b"")
        os.utime(path, ns=(1, 1))
    import_shoot(source, library)
    repository = Repository(library / "wedding" / "0.NEF")
    assert repository.image is not None
    assert repository.image.path.samefile(source / "0.NEF")
    assert (repository.root / "raw" / "0.NEF").is_symlink()
    assert (source / "0.NEF").stat().st_atime_ns == 1


def test_a_second_import_finds_nothing_new(source: Path, library: Path) -> None:
    import_shoot(source, library)
    before = texts(library)
    assert figures(import_shoot(source, library)) == (0, 0, 0, 5)
    assert texts(library) == before


def test_a_second_import_parses_nothing(source: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_shoot(source, library)
    parsed = count_calls(monkeypatch, importer, "parse_file")
    import_shoot(source, library)
    assert parsed == []


def test_a_changed_sidecar_is_the_next_state_of_its_branch(source: Path, library: Path) -> None:
    import_shoot(source, library)
    root = library / "wedding" / "0.NEF"
    before = tips(root)
    edit(source, "0_01.NEF.xmp", 777, "warm")
    report = import_shoot(source, library)
    assert figures(report) == (0, 1, 0, 4)
    after = tips(root)
    assert {branch for branch in after if after[branch] != before[branch]} == {"warm"}
    assert Repository(root).history.parent(Repository(root).tip(BranchName("warm"))) == before["warm"]
    assert figures(import_shoot(source, library)) == (0, 0, 0, 5)


def test_new_image_and_new_duplicate_are_imported_later(source: Path, library: Path) -> None:
    import_shoot(source, library)
    image(source, "new.NEF")
    edit(source, "new.NEF.xmp", 9)
    edit(source, "1_02.NEF.xmp", 202, "cold")
    edit(source / "more", "z.jpg.xmp", 5)
    assert figures(import_shoot(source, library)) == (1, 3, 3, 5)
    assert list(tips(library / "wedding/1.NEF")) == ["cold", "main"]
    assert branches_by_number(library / "wedding/1.NEF") == {0: "main", 2: "cold"}


def test_changed_timestamp_is_not_an_edit(source: Path, library: Path) -> None:
    import_shoot(source, library)
    edit(source, "1.NEF.xmp", 1, timestamp=99)
    before = tips(library / "wedding/1.NEF")
    assert figures(import_shoot(source, library)) == (0, 0, 0, 5)
    assert tips(library / "wedding/1.NEF") == before


def test_unchanged_sidecar_does_not_overwrite_a_moved_branch(source: Path, library: Path) -> None:
    import_shoot(source, library)
    repository = Repository(library / "wedding/1.NEF")
    save_xmp(repository, MAIN, sidecar(500))
    tip = repository.tip(MAIN)
    assert figures(import_shoot(source, library)) == (0, 0, 0, 5)
    edit(source, "1.NEF.xmp", 1, timestamp=99)
    assert figures(import_shoot(source, library)) == (0, 0, 0, 5)
    assert repository.tip(MAIN) == tip


def test_an_edit_in_both_places_is_reported_until_something_is_saved(source: Path, library: Path) -> None:
    import_shoot(source, library)
    repository = Repository(library / "wedding/1.NEF")
    save_xmp(repository, MAIN, sidecar(500))
    mounted = repository.tip(MAIN)
    edit(source, "1.NEF.xmp", 600)
    report = import_shoot(source, library)
    assert kinds(report) == {"1.NEF.xmp": Kind.EDITED_IN_BOTH}
    assert repository.history.parent(repository.tip(MAIN)) == mounted
    assert status(repository) == mounted
    edit(source, "1.NEF.xmp", 601)
    assert import_shoot(source, library).problems == []
    assert status(repository) == mounted, "the next edit of the sidecar says nothing of the other one"
    rename_branch(repository, MAIN, BranchName("day"))
    assert status(repository) == mounted
    save_xmp(repository, BranchName("day"), sidecar(700))
    assert status(repository) is None


def test_first_sidecar_of_an_image_that_was_edited_elsewhere_is_reported(source: Path, library: Path) -> None:
    (source / "1.NEF.xmp").unlink()
    import_shoot(source, library)
    repository = Repository(library / "wedding/1.NEF")
    save_xmp(repository, MAIN, sidecar(500))
    mounted = repository.tip(MAIN)
    edit(source, "1.NEF.xmp", 600)
    assert kinds(import_shoot(source, library)) == {"1.NEF.xmp": Kind.EDITED_IN_BOTH}
    assert repository.history.parent(repository.tip(MAIN)) == mounted
    assert status(repository) == mounted


def status(repository: Repository) -> str | None:
    taken = edited_in_both(repository, read_sources(repository.root)).get("1.NEF.xmp")
    return None if taken is None else taken.over


def test_log_is_read_once_for_many_changed_sidecars(
    source: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 9):
        edit(source, f"1_{number:02}.NEF.xmp", 100 + number, f"version {number}")
    import_shoot(source, library)
    for number in range(1, 9):
        edit(source, f"1_{number:02}.NEF.xmp", 200 + number, f"version {number}")
    reads = count_calls(monkeypatch, OperationLog, "entries")
    assert import_shoot(source, library).states == 8
    assert len(reads) == 1


def test_same_edit_in_both_places_is_not_a_conflict(source: Path, library: Path) -> None:
    import_shoot(source, library)
    save_xmp(Repository(library / "wedding/1.NEF"), MAIN, sidecar(500))
    edit(source, "1.NEF.xmp", 500)
    report = import_shoot(source, library)
    assert (figures(report), report.problems) == ((0, 0, 0, 5), [])


def test_repeated_edit_is_taken_again(source: Path, library: Path) -> None:
    for exposure in (1, 2, 1):
        edit(source, "1.NEF.xmp", exposure)
        assert import_shoot(source, library).states
    assert tips(library / "wedding/1.NEF")["main"] == parse(sidecar(1)).digest


def test_renamed_branch_keeps_its_sidecar(source: Path, library: Path) -> None:
    import_shoot(source, library)
    repository = Repository(library / "wedding/0.NEF")
    rename_branch(repository, BranchName("warm"), BranchName("evening"))
    create_branch(repository, BranchName("warm"), "main")
    before = tips(repository.root)
    edit(source, "0_01.NEF.xmp", 888, "warm")
    assert figures(import_shoot(source, library)) == (0, 1, 0, 4)
    after = tips(repository.root)
    assert {branch for branch in after if after[branch] != before[branch]} == {"evening"}


def test_deleted_branch_returns_only_with_a_new_edit(source: Path, library: Path) -> None:
    import_shoot(source, library)
    repository = Repository(library / "wedding/0.NEF")
    delete_branch(repository, BranchName("warm"))
    edit(source, "0_01.NEF.xmp", 101, "warm", timestamp=9)
    assert figures(import_shoot(source, library)) == (0, 0, 0, 5)
    assert list(tips(repository.root)) == ["main", "version-03"]
    edit(source, "0_01.NEF.xmp", 888, "warm")
    assert figures(import_shoot(source, library)) == (0, 1, 1, 4)
    assert list(tips(repository.root)) == ["main", "version-03", "warm"]


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("{"), lambda path: path.write_text("[]")])
def test_without_source_json_nothing_is_taken_twice(source: Path, library: Path, damage: object) -> None:
    import_shoot(source, library)
    edit(source, "0.NEF.xmp", 400)
    import_shoot(source, library)
    root = library / "wedding/0.NEF"
    save_xmp(Repository(root), BranchName("warm"), sidecar(900))
    before, known = tips(root), read_sources(root)
    damage(root / FILE_NAME)  # type: ignore[operator]
    assert figures(import_shoot(source, library)) == (0, 0, 0, 5)
    assert tips(root) == before
    assert {name: found.hash for name, found in read_sources(root).items()} == {
        name: found.hash for name, found in known.items()
    }


def test_state_recorded_only_in_the_log_is_not_taken_twice(source: Path, library: Path) -> None:
    """The power failed when the ref was durable and source.json was not; then somebody edited in a mount."""
    import_shoot(source, library)
    repository = Repository(library / "wedding/1.NEF")
    before = (repository.root / FILE_NAME).read_bytes()
    edit(source, "1.NEF.xmp", 400)
    import_shoot(source, library)
    (repository.root / FILE_NAME).write_bytes(before)
    save_xmp(repository, MAIN, sidecar(900))
    assert figures(import_shoot(source, library)) == (0, 0, 0, 5)
    assert len(saves(repository)) == 3


def test_log_line_without_its_ref_does_not_count(source: Path, library: Path) -> None:
    """The power failed between the line of the log and the ref."""
    import_shoot(source, library)
    repository = Repository(library / "wedding/1.NEF")
    first, before = repository.tip(MAIN), (repository.root / FILE_NAME).read_bytes()
    edit(source, "1.NEF.xmp", 400)
    import_shoot(source, library)
    taken = repository.tip(MAIN)
    (repository.root / FILE_NAME).write_bytes(before)
    (repository.root / "refs/heads/main").write_text(f"{first}\n")
    assert figures(import_shoot(source, library)) == (0, 1, 0, 4)
    assert repository.tip(MAIN) == taken


def test_repository_created_by_hand_is_continued(source: Path, library: Path) -> None:
    repository = Repository.init(library / "wedding" / "1.NEF", source / "1.NEF")
    save_xmp(repository, MAIN, sidecar(1))
    save_xmp(repository, MAIN, sidecar(300))
    report = import_shoot(source, library)
    assert figures(report) == (3, 4, 4, 1), "the sidecar's edit was saved before, and is no news"
    assert len(saves(repository)) == 2
    edit(source, "1.NEF.xmp", 301)
    import_shoot(source, library)
    assert len(saves(repository)) == 3


def test_gaps_and_equal_version_names(tmp_path: Path, library: Path) -> None:
    folder = tmp_path / "s"
    image(folder, "a.NEF")
    for number, name in ((5, "warm"), (7, "warm"), (9, "Warm"), (11, "main"), (1234, "")):
        edit(folder, f"a_{number:02d}.NEF.xmp", number, name)
    import_shoot(folder, library)
    assert branches_by_number(library / "s/a.NEF") == {
        0: "main",
        5: "warm",
        7: "warm-07",
        9: "Warm-09",
        11: "main-11",
        1234: "version-1234",
    }
    assert sorted(tips(library / "s/a.NEF")) == sorted(["warm", "warm-07", "Warm-09", "main-11", "version-1234"])
    assert figures(import_shoot(folder, library)) == (0, 0, 0, 5)


def test_names_of_every_kind(tmp_path: Path, library: Path) -> None:
    folder = tmp_path / "s"
    names = [
        "日本語.NEF",
        "new\nline.NEF",
        os.fsdecode(b"\xff.NEF"),
        "Ä.NEF",
        "A\u0308.NEF",
        "x.nef",
        "x.NEF",
        "a b.jpg",
    ]
    for number, name in enumerate(names):
        image(folder, name)
        edit(folder, f"{name}.xmp", number)
    report = import_shoot(folder, library)
    assert (report.problems, figures(report)) == ([], (8, 8, 8, 0))
    assert sorted(repositories(library)) == sorted(f"s/{name}" for name in names)
    assert figures(import_shoot(folder, library)) == (0, 0, 0, 8)


def test_sidecars_that_cannot_be_taken_are_reported(tmp_path: Path, library: Path) -> None:
    folder = tmp_path / "s"
    for name in "abcdefghi":
        image(folder, f"{name}.NEF")
    (folder / "a.NEF.xmp").write_bytes(b"")
    (folder / "b.NEF.xmp").write_bytes(sidecar()[:400])
    (folder / "c.NEF.xmp").write_bytes(b"<" * (9 << 20))
    os.mkfifo(folder / "d.NEF.xmp")
    (folder / "e.NEF.xmp").symlink_to("nowhere")
    socket.socket(socket.AF_UNIX).bind(os.path.relpath(folder / "f.NEF.xmp"))
    (folder / "g.NEF.xmp").symlink_to("g.NEF.xmp")
    edit(folder, "h.xmp", 1)
    edit(folder, "h.NEF.XMP", 1)
    edit(folder, "gone.NEF.xmp", 1)
    os.mkfifo(folder / "fifo.NEF")
    (folder / "lost.NEF").symlink_to("nowhere")
    (folder / "linked").symlink_to(tmp_path)
    image(folder, "n" * 251 + ".NEF")
    edit(folder, "i.NEF.xmp", 1)
    report = import_shoot(folder, library)
    assert kinds(report) == {
        "a.NEF.xmp": Kind.BROKEN,
        "b.NEF.xmp": Kind.BROKEN,
        "c.NEF.xmp": Kind.BROKEN,
        "d.NEF.xmp": Kind.NOT_A_FILE,
        "e.NEF.xmp": Kind.UNREADABLE,
        "f.NEF.xmp": Kind.NOT_A_FILE,
        "g.NEF.xmp": Kind.UNREADABLE,
        "h.xmp": Kind.FOREIGN,
        "h.NEF.XMP": Kind.FOREIGN,
        "gone.NEF.xmp": Kind.NO_IMAGE,
        "fifo.NEF": Kind.NOT_A_FILE,
        "lost.NEF": Kind.UNREADABLE,
        "linked": Kind.LINKED_FOLDER,
        "n" * 251 + ".NEF": Kind.UNUSABLE_NAME,
    }
    assert all(problem.advice and problem.says for problem in report.problems)
    assert figures(report) == (9, 1, 1, 0), "their images come in, and what is whole"
    (folder / "a.NEF.xmp").write_bytes(sidecar(5))
    assert import_shoot(folder, library).states == 1


def test_linked_image_is_imported_under_the_name_of_the_link(tmp_path: Path, library: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "link.NEF").symlink_to(image(tmp_path / "elsewhere", "real.NEF"))
    edit(folder, "link.NEF.xmp", 3)
    report = import_shoot(folder, library)
    assert (report.problems, figures(report)) == ([], (1, 1, 1, 0))
    assert figures(import_shoot(folder, library)) == (0, 0, 0, 1)


def test_repositories_libraries_and_hidden_folders_inside_are_skipped(source: Path, library: Path) -> None:
    Repository.init(source / "sunset", source / "0.NEF")
    image(source / ".darktable", "hidden.NEF")
    image(source, "._0.NEF")
    image(source / "other-library" / "folder", "b.NEF")
    (source / "other-library" / "library.json").write_text("{}")
    image(source / "mount", "c.NEF")
    report = import_shoot(source, library, apart={source / "mount"})
    assert (report.images, report.problems) == (4, [])


def test_library_inside_the_shoot_is_skipped(source: Path) -> None:
    assert import_shoot(source, source / "library").images == 4
    assert figures(import_shoot(source, source / "library")) == (0, 0, 0, 5)


def test_a_folder_in_a_library_takes_a_shoot(source: Path, library: Path) -> None:
    import_shoot(source, library)
    import_shoot(source, library / "2026" / "november")
    assert set(json.loads((library / "library.json").read_text())["folders"]) == {"wedding", "2026/november/wedding"}
    assert not (library / "2026" / "november" / "library.json").exists()


def test_reserved_folders_get_another_name(tmp_path: Path, library: Path) -> None:
    for name in ("roll", "roll_", "tagged", "plain"):
        image(tmp_path / "roll" / name, "a.NEF")
    import_shoot(tmp_path / "roll", library)
    assert list(repositories(library)) == [f"roll_/{name}/a.NEF" for name in ("plain", "roll_", "roll__", "tagged_")]
    assert import_shoot(tmp_path / "roll", library).new_images == 0


def test_a_folder_that_came_from_another_shoot_is_refused(source: Path, library: Path, tmp_path: Path) -> None:
    import_shoot(source, library)
    other = shoot(tmp_path / "other" / "wedding")
    with pytest.raises(UnusableShoot, match=r"came from .* rename the folder, or choose another library$"):
        import_shoot(other, library)
    source.rename(tmp_path / "renamed")
    with pytest.raises(UnusableShoot, match=r"if it was moved, write its new path into .*library\.json"):
        import_shoot(other, library)
    assert import_shoot(tmp_path / "renamed", library).new_images == 4


def test_the_same_shoot_by_other_paths_is_the_same(source: Path, library: Path, tmp_path: Path) -> None:
    import_shoot(source, library)
    (tmp_path / "link").symlink_to(tmp_path)
    assert import_shoot(tmp_path / "link" / "wedding", library).new_images == 0
    assert import_shoot(source / "more" / "..", library).new_images == 0


def test_a_shoot_reached_through_a_link_is_linked_through_it(source: Path, library: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    image(source / "mount", "c.NEF")
    report = import_shoot(tmp_path / "link" / "wedding", library, apart={source / "mount"})
    assert (report.images, report.shoot) == (4, tmp_path / "link" / "wedding")
    assert import_shoot(source, library, apart={source / "mount"}).new_images == 0


def test_unusable_shoots_are_refused(source: Path, library: Path, tmp_path: Path) -> None:
    import_shoot(source, library)
    for wrong in (tmp_path / "missing", source / "0.NEF", Path("/"), library, library / "wedding"):
        with pytest.raises(UnusableShoot):
            import_shoot(wrong, tmp_path / "new")
    for wrong in (library / "wedding/0.NEF", library / "wedding/0.NEF/raw"):
        with pytest.raises(ARepository):
            import_shoot(wrong, tmp_path / "new")
    (tmp_path / ".hidden").mkdir()
    with pytest.raises(UnusableShoot, match="rename it"):
        import_shoot(tmp_path / ".hidden", tmp_path / "new")
    with pytest.raises(UnusableShoot, match="inside the library"):
        import_shoot(source, tmp_path)
    assert not (tmp_path / "new").exists()


def test_unusable_libraries_are_refused(source: Path, library: Path, tmp_path: Path) -> None:
    import_shoot(source, library)
    other = shoot(tmp_path / "other" / "party")
    with pytest.raises(ARepository):
        import_shoot(other, library / "wedding" / "0.NEF")
    with pytest.raises(UnusableLibrary, match="photographs"):
        import_shoot(other, source)
    with pytest.raises(UnusableLibrary, match="not a folder"):
        import_shoot(other, source / "0.NEF")
    (library / "library.json").write_text("{")
    with pytest.raises(StoreFailed, match=r"damaged library\.json"):
        import_shoot(other, library)


def test_obstacles_in_the_library_are_left(source: Path, library: Path) -> None:
    (library / "wedding" / "0.NEF").mkdir(parents=True)
    (library / "wedding" / "1.NEF").write_text("mine")
    (library / "wedding" / "more").symlink_to("/")
    report = import_shoot(source, library)
    assert kinds(report) == {"0.NEF": Kind.IN_THE_WAY, "1.NEF": Kind.IN_THE_WAY, "more": Kind.IN_THE_WAY}
    assert (library / "wedding" / "1.NEF").read_text() == "mine"


def test_a_repository_of_another_image_is_left(source: Path, library: Path) -> None:
    Repository.init(library / "wedding" / "0.NEF", source / "1.NEF")
    report = import_shoot(source, library)
    assert kinds(report) == {"0.NEF": Kind.OTHER_IMAGE}
    assert tips(library / "wedding/0.NEF") == {}


@pytest.mark.parametrize("path", ["refs/heads/main", "lock", "log.jsonl", "refs/heads", "raw"])
def test_damaged_repository_does_not_stop_the_others(source: Path, library: Path, path: str) -> None:
    """A file where a folder should be, or the other way round, or one that says nothing."""
    import_shoot(source, library)
    damaged = library / "wedding/1.NEF" / path
    was_folder = damaged.is_dir()
    damaged.rename(damaged.with_name(".tmp-before"))
    damaged.write_text("nonsense\n") if was_folder or path == "refs/heads/main" else damaged.mkdir()
    for number in range(3):
        edit(source, f"{number}.NEF.xmp", 50 + number)
    report = import_shoot(source, library)
    assert kinds(report) == {"1.NEF": Kind.NOT_SAVED}
    assert report.states == 2


def test_dry_run_reports_the_same_and_writes_nothing(source: Path, library: Path, tmp_path: Path) -> None:
    def tried() -> dict[str, object]:
        return {**import_shoot(source, library, dry_run=True).to_json(), "dry_run": False}

    expected = tried()
    assert not library.exists()
    assert import_shoot(source, library).to_json() == expected
    edit(source, "0.NEF.xmp", 400)
    edit(source, "1.NEF.xmp", 1, timestamp=9)
    edit(source, "2_01.NEF.xmp", 400)
    edit(source, "2.xmp", 1)
    save_xmp(Repository(library / "wedding/0.NEF"), MAIN, sidecar(900))
    before = texts(library)
    expected = tried()
    assert texts(library) == before
    assert import_shoot(source, library).to_json() == expected


def test_missing_masks_are_reported(source: Path, library: Path, tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "r")
    save_xmp(repository, MAIN, sidecar(1), mask_files={"sky": mask()})  # type: ignore[dict-item]
    noted = repository.states.document(repository.tip(MAIN)).canonical()
    (source / "1.NEF.xmp").write_bytes(noted)
    report = import_shoot(source, library)
    assert kinds(report) == {"1.NEF.xmp": Kind.MISSING_MASKS}
    assert import_shoot(source, library).problems == []


def test_lost_image_is_linked_again(source: Path, library: Path) -> None:
    import_shoot(source, library)
    (library / "wedding/0.NEF/raw/0.NEF").unlink()
    import_shoot(source, library)
    assert Repository(library / "wedding/0.NEF").image is not None


def test_dangling_image_link_is_replaced(source: Path, library: Path, tmp_path: Path) -> None:
    import_shoot(source, library)
    link = library / "wedding/0.NEF/raw/0.NEF"
    link.unlink()
    link.symlink_to(tmp_path / "unplugged/0.NEF")
    import_shoot(source, library, dry_run=True)
    assert link.readlink() == tmp_path / "unplugged/0.NEF"
    assert import_shoot(source, library).problems == []
    assert link.samefile(source / "0.NEF")


def test_unreadable_image_keeps_its_link(source: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locate(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    import_shoot(source, library)
    link = library / "wedding/0.NEF/raw/0.NEF"
    before = link.lstat().st_ino
    monkeypatch.setattr(importer, "locate", locate)
    import_shoot(source, library)
    assert link.lstat().st_ino == before


def test_a_shoot_that_was_given_by_a_relative_path_can_be_moved_with_the_library(
    source: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    import_shoot(source.relative_to(tmp_path), library.relative_to(tmp_path))
    link = library / "wedding/0.NEF/raw/0.NEF"
    assert not link.readlink().is_absolute()
    assert link.samefile(source / "0.NEF")
    import_shoot(source, tmp_path / "other")
    assert (tmp_path / "other/wedding/0.NEF/raw/0.NEF").readlink() == source / "0.NEF"


def test_a_shoot_beside_a_folder_that_a_link_leads_to_is_found(source: Path, library: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/link").symlink_to(source)
    report = import_shoot(tmp_path / "elsewhere/link/../wedding", library)
    assert (report.images, report.folder.name) == (4, "wedding")


def test_leftovers_of_a_killed_import_are_removed(source: Path, library: Path) -> None:
    left = library / "wedding" / f"{TEMPORARY_PREFIX}0123"
    Repository.init(left, source / "0.NEF")
    import_shoot(source, library)
    assert not left.exists()
    assert (source / "0.NEF").exists()
    assert [path.name for path in library.rglob(f"{TEMPORARY_PREFIX}*")] == []


def test_import_of_more_than_one_batch(tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "_BATCH", 2)
    batches = count_calls(monkeypatch, importer, "take_in")
    source = shoot(tmp_path / "wedding", images=6)
    seen: list[tuple[int, int]] = []
    import_shoot(source, library, progress=lambda _, done, total: seen.append((done, total)))
    assert len(batches) == 4
    assert len(repositories(library)) == 7
    assert seen == [(number, 7) for number in range(1, 8)]


def test_a_duplicate_of_a_duplicate_gets_a_branch_of_its_own(source: Path, library: Path) -> None:
    """darktable gives it the same version name and the same edit; its original has not changed."""
    import_shoot(source, library)
    root = library / "wedding/0.NEF"
    edit(source, "0_04.NEF.xmp", 101, "warm")
    assert figures(import_shoot(source, library)) == (0, 1, 1, 5)
    assert tips(root)["warm-04"] == tips(root)["warm"]
    assert branches_by_number(root) == {0: "main", 1: "warm", 3: "version-03", 4: "warm-04"}
    edit(source, "0_04.NEF.xmp", 104, "warm")
    import_shoot(source, library)
    assert tips(root)["warm-04"] != tips(root)["warm"]
