"""chemfs render as a command: what it prints, and what is left when it is interrupted or killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chemigram_core.names import TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.previews.previews import Previews
from chemigram_core.repository import Repository
from tests.chemfs.render.conftest import MakeRepository
from tests.support import builders, fake_darktable
from tests.support.fake_darktable import Fake
from tests.support.processes import is_running, wait_until

COMMAND = [sys.executable, "-m", "chemfs", "render"]


def chemfs(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)


def previews(repository: Repository) -> int:
    return len(Previews(repository.root).listed())


def test_branches_and_tags_are_rendered_by_default(fake: Fake, make: MakeRepository) -> None:
    repository = make("a.tif", states=4)
    create_tag(repository, TagName("v1"), repository.history.parent(repository.resolve("main")) or "")
    done = chemfs(repository.root)
    assert (done.returncode, done.stdout) == (0, "2 states rendered, 0 already had a picture\n")
    assert chemfs(repository.root, "--all").stdout == "2 states rendered, 2 already had a picture\n"
    assert chemfs(repository.root, "--all").stdout == "0 states rendered, 4 already had a picture\n"
    assert chemfs(repository.root, "v1", "main", "v1", "--size", "500").stdout.startswith("2 states rendered")
    assert [len(call["images"]) for call in fake.calls] == [2, 2, 2]


def test_the_size_bounds_both_sides(fake: Fake, make: MakeRepository) -> None:
    chemfs(make("a.tif").root, "--size", "500")
    arguments = fake.calls[0]["arguments"]
    assert [arguments[arguments.index(side) + 1] for side in ("--width", "--height")] == ["500", "500"]


@pytest.mark.parametrize("size", ["0", "15", "8193", "big"])
def test_no_size(fake: Fake, make: MakeRepository, size: str) -> None:
    assert chemfs(make("a.tif").root, "--size", size).returncode == 2


def test_problems_are_listed_at_the_end(fake: Fake, make: MakeRepository, library: Path) -> None:
    first, broken, last = make("a.tif"), make("broken.tif"), make("c.tif")
    done = chemfs(library)
    digits = broken.resolve("main")[:12]
    assert done.returncode == 1
    problem, summary = done.stdout.splitlines()
    assert problem.startswith(f"broken.tif: snapshot {digits} has no picture: darktable can't render broken.tif: ")
    assert summary == "2 states rendered, 0 already had a picture, 1 could not be rendered"
    assert (previews(first), previews(last)) == (1, 1)


def test_for_programs(fake: Fake, make: MakeRepository, library: Path) -> None:
    repository, broken = make("a.tif"), make("broken.tif")
    done = chemfs(library, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["darktable"] == fake_darktable.VERSION
    assert found["unchanged"] == []
    (rendered,), (problem,) = found["rendered"], found["problems"]
    assert (rendered["repository"], rendered["hash"]) == ("a.tif", repository.resolve("main"))
    assert Path(rendered["path"]).read_bytes() == (fake.folder / "picture.jpg").read_bytes()
    assert (problem["repository"], problem["hash"]) == ("broken.tif", broken.resolve("main"))
    assert "repository" not in json.loads(chemfs(repository.root, "--json").stdout)["unchanged"][0]


def test_without_darktable_one_line_says_what_to_install(
    make: MakeRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository = make("a.tif")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = chemfs(repository.root)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "chemfs: darktable-cli is not installed; install darktable (`sudo apt install darktable`)\n"


def test_all_and_names_exclude_each_other(fake: Fake, make: MakeRepository) -> None:
    assert chemfs(make("a.tif").root, "main", "--all").returncode == 2


def test_an_unknown_name_renders_nothing(fake: Fake, make: MakeRepository) -> None:
    assert chemfs(make("a.tif").root, "main", "v9").returncode == 3
    assert fake.calls == []


def test_an_image_of_a_library_without_that_state_is_left_out(fake: Fake, make: MakeRepository, library: Path) -> None:
    tagged, _ = make("a.tif"), make("b.tif")
    create_tag(tagged, TagName("v1"))
    done = chemfs(library, "v1")
    left_out, summary = done.stdout.splitlines()
    assert left_out.startswith("skipped b.tif, which has no such state: no such branch, tag or snapshot: 'v1'")
    assert summary == "1 state rendered, 0 already had a picture"
    assert (done.returncode, done.stderr) == (1, "")
    assert [one["repository"] for one in json.loads(chemfs(library, "v1", "--json").stdout)["left_out"]] == ["b.tif"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interruption_keeps_only_finished_pictures(
    make: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fake, repository = slow(tmp_path, monkeypatch), make("a.tif", states=12)
    running = subprocess.Popen([*COMMAND, repository.root, "--all"], stderr=subprocess.PIPE, text=True)
    wait_until(lambda: previews(repository) >= 2)
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (130, "chemfs: interrupted\n")
    assert not is_running(fake.calls[0]["process"])
    assert list((tmp_path / "temporary").iterdir()) == []
    done = previews(repository)
    assert 2 <= done < 12
    assert chemfs(repository.root, "--all").stdout == f"{12 - done} states rendered, {done} already had a picture\n"
    assert len(fake.calls[-1]["images"]) == 12 - done


def test_darktable_ends_with_a_killed_command_and_the_next_one_cleans_up(
    make: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, repository = slow(tmp_path, monkeypatch), make("a.tif", states=8)
    running = subprocess.Popen([*COMMAND, repository.root, "--all"])
    wait_until(lambda: previews(repository) >= 2)
    running.kill()
    running.wait()
    wait_until(lambda: not is_running(fake.calls[0]["process"]))
    done = previews(repository)
    assert chemfs(repository.root, "--all").stdout == f"{8 - done} states rendered, {done} already had a picture\n"
    assert list((tmp_path / "temporary").iterdir()) == []


def test_two_commands_at_once_do_not_disturb_each_other(
    make: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(tmp_path, monkeypatch)
    repository = make("a.tif", states=6)
    both = [subprocess.Popen([*COMMAND, repository.root, "--all"], stdout=subprocess.PIPE) for _ in range(2)]
    assert [one.wait(timeout=120) for one in both] == [0, 0]
    for one in both:
        assert one.stdout is not None
        one.stdout.close()
    assert previews(repository) == 6
    assert list((tmp_path / "temporary").iterdir()) == []


def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """A darktable that takes its time."""
    fake = fake_darktable.install(tmp_path / "slow", seconds=0.4)
    monkeypatch.setenv("PATH", f"{fake.folder}:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return fake


def test_gc_says_which_pictures_it_removes(fake: Fake, make: MakeRepository, library: Path) -> None:
    repository, other = make("a.tif"), make("b.tif")
    chemfs(library)
    builders.picture(library.parent / "photographs" / "a.tif", (20, 10))
    size = (fake.folder / "picture.jpg").stat().st_size
    gc = [sys.executable, "-m", "chemfs", "gc", str(library)]
    words = f"0 snapshots and 0 masks, 0 bytes; 1 picture, {size} bytes"
    dry = subprocess.run([*gc, "--dry-run"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert dry[0].split()[:3] == ["a.tif", "picture", repository.resolve("main")]
    assert dry[1:] == [f"would remove {words} in 2 repositories"]
    done = subprocess.run(gc, capture_output=True, text=True, check=True).stdout.splitlines()
    assert done == [f"a.tif: removed {words}", f"removed {words} in 2 repositories"]
    assert (previews(repository), previews(other)) == (0, 1)
