"""Rendering by a fake darktable: which states, in how many calls, and what happens when it fails."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemfs.render.darktable import installed
from chemfs.render.job import NotRendered, Outcome, Rendered, Wanted
from chemfs.render.renderer import BATCH, Limits, Renderer
from chemfs.render.workshop import Workshop
from chemigram_core.durable import ownership
from chemigram_core.names import TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.previews.image_identity import present_identity
from chemigram_core.previews.previews import FOLDER, Previews
from chemigram_core.previews.selection import all_states
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.chemfs.render.conftest import MakeRepository
from tests.support import builders
from tests.support.fake_darktable import Fake
from tests.support.processes import is_running

HANGS_SECONDS = 4.0
ALICE = 12345


def wanted(*repositories: Repository) -> list[Wanted]:
    return [Wanted(one, one.root.name, state) for one in repositories for state in all_states(one)]


def render(*repositories: Repository, seconds: float = 60.0) -> list[Outcome]:
    with Workshop() as workshop:
        return list(Renderer(installed(), workshop, Limits(seconds=seconds)).render(wanted(*repositories)))


def problems(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.wanted.place: outcome.says for outcome in outcomes if isinstance(outcome, NotRendered)}


def has_preview(repository: Repository) -> bool:
    found = Previews(repository.root).find(repository.resolve("main"), present_identity(repository.image))
    return found is not None


@pytest.fixture(autouse=True)
def temporary(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield
    assert list(Path(tempfile.gettempdir()).iterdir()) == [], "left behind"


def test_one_call_renders_many_states(fake: Fake, make: MakeRepository) -> None:
    repositories = [make(f"{number}.tif", states=3) for number in range(6)]
    outcomes = render(*repositories)
    assert len(outcomes) == 18
    assert all(isinstance(outcome, Rendered) and outcome.is_new for outcome in outcomes)
    assert [len(call["images"]) for call in fake.calls] == [BATCH, 18 - BATCH]
    assert all(map(has_preview, repositories))


def test_darktable_gets_the_stored_bytes_and_folders_of_its_own(fake: Fake, make: MakeRepository) -> None:
    repository = make("sun set é.tif")
    render(repository)
    (call,) = fake.calls
    assert call["xmps"] == [repository.objects.read(repository.resolve("main"), Kind.SNAPSHOT).decode()]
    assert call["images"] == [str(repository.root.parents[1] / "photographs" / "sun set é.tif")]
    arguments = call["arguments"]
    own = {arguments[arguments.index(word) + 1] for word in ("--configdir", "--cachedir", "--tmpdir")} | {call["home"]}
    assert all(Path(folder).is_relative_to(tempfile.gettempdir()) for folder in own)
    assert "write_sidecar_files=never" in arguments
    assert arguments[arguments.index("--library") + 1] == ":memory:"
    assert call["nice"] > os.nice(0)


def test_state_with_a_preview_is_not_rendered_again(fake: Fake, make: MakeRepository) -> None:
    repository = make("a.tif", states=2)
    render(repository)
    save_xmp(repository, MAIN, builders.sidecar(7))
    assert sorted(outcome.is_new for outcome in render(repository) if isinstance(outcome, Rendered)) == [
        False,
        False,
        True,
    ]
    assert [len(call["images"]) for call in fake.calls] == [2, 1]


def test_an_edit_is_rendered_once(fake: Fake, make: MakeRepository) -> None:
    repository = make("a.tif")
    render(repository)
    first = repository.resolve("main")
    create_tag(repository, TagName("before"))
    save_xmp(repository, MAIN, builders.sidecar(7))
    save_xmp(repository, MAIN, builders.sidecar(0, timestamp=9, image="a.tif"))
    assert repository.resolve("main") != first
    assert repository.states.edit(first) == repository.states.edit(repository.resolve("main"))
    render(repository)
    assert [len(call["images"]) for call in fake.calls] == [1, 1]
    assert has_preview(repository)


def test_another_image_is_rendered_again(fake: Fake, make: MakeRepository) -> None:
    repository = make("a.tif")
    render(repository)
    photograph = Path(fake.calls[0]["images"][0])
    builders.picture(photograph, (60, 40))
    assert not has_preview(repository)
    render(repository)
    assert has_preview(repository)
    assert len(fake.calls) == 2


@pytest.mark.parametrize(
    ("image", "says"),
    [
        ("broken.tif", "darktable can't render broken.tif: broken.tif: Failed to read input data"),
        ("newer.tif", "darktable 4.2.1 can't read the edit: the module `sigmoid' requested by"),
        ("torn.tif", "not an entire JPEG"),
        ("crashing.tif", "darktable was ended by signal 11 and made no picture"),
    ],
)
def test_failed_state_does_not_stop_the_others(fake: Fake, make: MakeRepository, image: str, says: str) -> None:
    others = [make(f"{number}.tif") for number in range(4)]
    outcomes = render(*others[:2], failing := make(image), *others[2:])
    assert list(problems(outcomes)) == [image]
    assert problems(outcomes)[image].startswith(says)
    assert all(map(has_preview, others))
    assert not has_preview(failing)
    assert not list((failing.root / FOLDER).iterdir())


def test_darktable_is_killed_at_the_time_limit(fake: Fake, make: MakeRepository) -> None:
    others = [make(f"{number}.tif") for number in range(2)]
    outcomes = render(others[0], make("hanging.tif"), others[1], seconds=HANGS_SECONDS)
    assert problems(outcomes) == {"hanging.tif": "darktable made no picture in 4 seconds"}
    assert all(map(has_preview, others))
    assert not [call for call in fake.calls if is_running(call["process"])]


def test_a_state_without_its_image_is_reported(fake: Fake, make: MakeRepository) -> None:
    away, other = make("away.tif"), make("other.tif")
    (away.root.parents[1] / "photographs" / "away.tif").unlink()
    bare = Repository.init(away.root.parent / "bare")
    save_xmp(bare, MAIN, builders.sidecar())
    outcomes = render(away, other, bare)
    assert problems(outcomes)["away.tif"].startswith("image not available (No such file or directory)")
    assert problems(outcomes)["bare"].startswith("the repository has no image")
    assert has_preview(other)


def test_a_damaged_state_is_reported(fake: Fake, make: MakeRepository) -> None:
    damaged, other = make("damaged.tif"), make("other.tif")
    path = next((damaged.root / "objects").rglob("*.xmp"))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"exposure", b"sharpen "))
    assert problems(render(damaged, other))["damaged.tif"].startswith("damaged object")
    assert has_preview(other)


def test_an_image_that_changes_meanwhile_gets_no_preview(
    fake: Fake, make: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = make("a.tif")
    lay_out = Workshop.lay_out

    def lay_out_and_replace(*arguments):  # type: ignore[no-untyped-def]
        builders.picture(repository.root.parents[1] / "photographs" / "a.tif", (60, 40))
        return lay_out(*arguments)

    monkeypatch.setattr(Workshop, "lay_out", lay_out_and_replace)
    assert problems(render(repository))["a.tif"].startswith("the image changed")
    assert not has_preview(repository)


@pytest.mark.needs_root
def test_another_users_repository_is_rendered_only_if_trusted_and_with_its_own_image(
    fake: Fake, make: MakeRepository
) -> None:
    foreign, linked = make("foreign.tif"), make("linked.tif")
    (foreign.root / "raw" / "foreign.tif").unlink()
    builders.picture(foreign.root / "raw" / "foreign.tif")
    for repository in (foreign, linked):
        os.chown(repository.root, ALICE, ALICE)
    vars(ownership)["_own"].clear()
    assert problems(render(foreign))["foreign.tif"].startswith("belongs to another user")
    ownership.trust(foreign.root.parent)
    assert list(problems(render(foreign, linked))) == ["linked.tif"]
    assert [call["images"] for call in fake.calls] == [[str(foreign.root / "raw" / "foreign.tif")]]


def test_stopping_ends_darktable(fake: Fake, make: MakeRepository) -> None:
    with Workshop() as workshop:
        renderer = Renderer(installed(), workshop, Limits())
        outcomes = renderer.render(wanted(*(make(f"{number}.tif") for number in range(BATCH + 4))))
        next(outcomes)
        renderer.stop()
        assert len(list(outcomes)) < BATCH
    assert len(fake.calls) == 1


def test_only_leftovers_of_killed_processes_are_removed(fake: Fake, make: MakeRepository) -> None:
    abandoned = Path(tempfile.mkdtemp(prefix="chemfs-render-"))
    with Workshop() as other, Workshop():
        assert not abandoned.exists()
        assert other.folder.exists()
