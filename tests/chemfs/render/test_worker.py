"""The background of a mount renders each new state, and tagged ones that have no picture."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

import pytest

from chemfs.render import new_states, worker
from chemfs.render.darktable import installed
from chemfs.render.new_states import NewStates
from chemfs.render.worker import Worker
from chemigram_core.names import TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.previews.previews import Previews
from chemigram_core.repository import MAIN, Repository
from tests.chemfs.render.conftest import MakeRepository
from tests.support import builders
from tests.support.counts import counted
from tests.support.fake_darktable import Fake
from tests.support.processes import wait_until


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


def rendered(repository: Repository) -> set[str]:
    return set(Previews(repository.root).listed())


def test_each_new_state_is_rendered_one_at_a_time(fake: Fake, make: MakeRepository) -> None:
    repository, untouched = make("a.tif"), make("b.tif")
    with Worker(installed(), repository.root.parent) as working:
        working.watch(repository)
        saved = {save_xmp(repository, MAIN, builders.sidecar(exposure)).digest for exposure in (7, 8, 9)}
        wait_until(lambda: rendered(repository) == saved)
    assert [len(call["images"]) for call in fake.calls] == [1, 1, 1]
    assert rendered(untouched) == set()


def test_tagged_states_without_pictures_are_rendered(fake: Fake, make: MakeRepository, library: Path) -> None:
    repositories = [make(f"{number}.tif") for number in range(3)]
    tagged = [create_tag(repository, TagName("v1")) for repository in repositories]
    make("untagged.tif")
    with Worker(installed(), library):
        wait_until(lambda: [rendered(repository) for repository in repositories] == [{one} for one in tagged])
    with Worker(installed(), library):
        time.sleep(0.2)
    assert len(fake.calls) == 3, "what has a picture is not rendered again"


def test_tagged_states_of_one_repository_are_rendered(fake: Fake, make: MakeRepository) -> None:
    repository = make("a.tif")
    create_tag(repository, TagName("v1"))
    with Worker(installed(), repository.root):
        wait_until(lambda: rendered(repository))


def test_states_that_commands_save_are_rendered_also_in_new_repositories(
    fake: Fake, make: MakeRepository, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_states, "_ROUND_SECONDS", 0.0)
    monkeypatch.setattr(new_states, "_AT_ONCE", 1)
    monkeypatch.setattr(worker, "_PAUSE_SECONDS", 0.01)
    old = [make(f"{number}.tif", states=2) for number in range(3)]
    with Worker(installed(), library):
        saved = [save_xmp(repository, MAIN, builders.sidecar(9)).digest for repository in old]
        new = make("new.tif", states=3)
        wait_until(lambda: len(rendered(new)) == 3 and all(map(rendered, old)))
    assert [rendered(repository) for repository in old] == [{state} for state in saved], "none of the older states"


def test_a_round_looks_at_a_few_repositories_at_a_time_and_is_not_repeated_at_once(
    make: MakeRepository, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_states, "_AT_ONCE", 4)
    repositories = [make(f"{number}.tif") for number in range(10)]
    new = NewStates(library)
    new.begin()
    saved = [(one.root, save_xmp(one, MAIN, builders.sidecar(9)).digest) for one in repositories]
    assert list(new.take()) == [], "the round begins half a minute later"
    monkeypatch.setattr(new, "_round_ends", 0.0)
    found = [list(new.take()) for _ in range(6)]
    assert [len(some) for some in found] == [0, 4, 4, 2, 0, 0]
    assert sorted(state for some in found for state in some) == sorted(saved)
    library.rename(library.with_name("away"))
    monkeypatch.setattr(new, "_round_ends", 0.0)
    assert [list(new.take()) for _ in range(3)] == [[], [], []]
    library.with_name("away").rename(library)
    monkeypatch.setattr(new, "_round_ends", 0.0)
    assert [list(new.take()) for _ in range(5)] == [[]] * 5, "what was away and comes back is not new"


def test_failed_picture_does_not_stop_the_others(
    fake: Fake, make: MakeRepository, library: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = make("broken.tif"), make("other.tif")
    for repository in (broken, other):
        create_tag(repository, TagName("v1"))
    with Worker(installed(), library):
        wait_until(lambda: rendered(other))
    (logged,) = [record.getMessage() for record in caplog.records]
    digits = broken.resolve("main")[:12]
    assert logged.startswith(f"broken.tif: snapshot {digits} has no picture: darktable can't render")


def test_stopping_does_not_wait_for_a_picture(fake: Fake, make: MakeRepository, temporary: Path) -> None:
    repository = make("hanging.tif")
    create_tag(repository, TagName("v1"))
    with Worker(installed(), repository.root):
        wait_until(lambda: fake.calls)
    assert not Path(f"/proc/{fake.calls[0]['process']}").exists()
    assert not [thread for thread in threading.enumerate() if thread.name == "previews"]
    assert list(temporary.iterdir()) == []


def test_watching_costs_a_save_no_look_at_the_disk(fake: Fake, make: MakeRepository) -> None:
    repository = make("a.tif")
    with Worker(installed(), repository.root) as working, counted() as counts:
        for _ in range(5):
            working.watch(repository)
    assert (counts.stats, counts.opens) == (0, 0)
