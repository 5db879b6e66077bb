"""The background of a mount renders each new state, and tagged ones that have no picture."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chemfs.render.darktable import installed
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


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


def wait_for(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def rendered(repository: Repository) -> set[str]:
    return set(Previews(repository.root).listed())


def test_each_new_state_is_rendered_one_at_a_time(fake: Fake, make: MakeRepository) -> None:
    repository, untouched = make("a.tif"), make("b.tif")
    with Worker(installed(), repository.root.parent) as worker:
        worker.watch(repository)
        saved = {save_xmp(repository, MAIN, builders.sidecar(exposure)).digest for exposure in (7, 8, 9)}
        wait_for(lambda: rendered(repository) == saved)
    assert [len(call["images"]) for call in fake.calls] == [1, 1, 1]
    assert rendered(untouched) == set()


def test_tagged_states_are_caught_up_with(fake: Fake, make: MakeRepository, library: Path) -> None:
    repositories = [make(f"{number}.tif") for number in range(3)]
    tagged = [create_tag(repository, TagName("v1")) for repository in repositories]
    make("untagged.tif")
    with Worker(installed(), library):
        wait_for(lambda: [rendered(repository) for repository in repositories] == [{one} for one in tagged])
    with Worker(installed(), library):
        time.sleep(0.2)
    assert len(fake.calls) == 3, "what has a picture is not rendered again"


def test_of_one_repository_too(fake: Fake, make: MakeRepository) -> None:
    repository = make("a.tif")
    create_tag(repository, TagName("v1"))
    with Worker(installed(), repository.root):
        wait_for(lambda: rendered(repository))


def test_one_that_fails_stops_no_other(
    fake: Fake, make: MakeRepository, library: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = make("broken.tif"), make("other.tif")
    for repository in (broken, other):
        create_tag(repository, TagName("v1"))
    with Worker(installed(), library):
        wait_for(lambda: rendered(other))
    (logged,) = [record.getMessage() for record in caplog.records]
    digits = broken.resolve("main")[:12]
    assert logged.startswith(f"broken.tif: snapshot {digits} has no picture: darktable can't render")


def test_its_end_waits_for_no_picture(fake: Fake, make: MakeRepository, temporary: Path) -> None:
    repository = make("hanging.tif")
    create_tag(repository, TagName("v1"))
    with Worker(installed(), repository.root):
        wait_for(lambda: fake.calls)
    assert not Path(f"/proc/{fake.calls[0]['process']}").exists()
    assert not [thread for thread in threading.enumerate() if thread.name == "previews"]
    assert list(temporary.iterdir()) == []


def test_watching_costs_a_save_one_look_at_the_log_once(fake: Fake, make: MakeRepository) -> None:
    repository = make("a.tif")
    with Worker(installed(), repository.root) as worker, counted() as counts:
        for _ in range(5):
            worker.watch(repository)
    assert counts.stats == 1
