"""States of a repository: compared by what the store knows for nothing, and the folder of their differences."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from chemigram_core.compare import Comparison, StoredStates, compare, compare_paths, compare_states
from chemigram_core.compare.comparators.directory import item_on_disk
from chemigram_core.compare.comparators.state import state_item
from chemigram_core.digest import Digest
from chemigram_core.masks.png import pixels
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.export import export
from chemigram_core.operations.save import remove_masks, rename_mask, save_mask, save_xmp
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind, ObjectStore
from tests.core.compare.trees import leaf_lines
from tests.support.builders import mask, sidecar

MAIN = BranchName("main")
SKY, TREE = MaskName("sky"), MaskName("tree")
NAMES = ("heads/main", "tags/v1")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Sidecar and two masks."""
    made = Repository.init(tmp_path / "photo")
    save_xmp(made, MAIN, sidecar(1), mask_files={SKY: mask(10), TREE: mask(20)})
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Kind]]:
    """The kinds of the objects that are opened."""
    kinds: list[Kind] = []
    real = ObjectStore.open

    def counting(self: ObjectStore, digest: Digest, kind: Kind) -> int:
        kinds.append(kind)
        return real(self, digest, kind)

    monkeypatch.setattr(ObjectStore, "open", counting)
    yield kinds


def test_masks_that_differ_in_name_only_are_compared_without_reading_one(
    repository: Repository, opened: list[Kind]
) -> None:
    before = repository.resolve("main")
    after = rename_mask(repository, MAIN, SKY, MaskName("clouds")).digest
    opened.clear()
    changes = compare_states(StoredStates(repository), before, after, NAMES)
    assert leaf_lines(changes.root) == ["modify image.xmp/masks", "move masks/clouds.png from masks/sky.png"]
    assert Kind.MASK not in opened


def test_one_changed_mask_of_a_hundred_costs_two_reads(repository: Repository, opened: list[Kind]) -> None:
    files = {MaskName(f"m{number}"): mask(number) for number in range(100)}
    before = save_xmp(repository, MAIN, sidecar(2), mask_files=files).digest
    after = save_mask(repository, MAIN, MaskName("m7"), mask(200)).digest
    opened.clear()
    changes = compare_states(StoredStates(repository), before, after, NAMES)
    assert leaf_lines(changes.root) == ["modify image.xmp/masks", "modify masks/m7.png"]
    assert opened.count(Kind.MASK) == 2


def test_a_state_is_compared_with_itself_without_reading_anything(repository: Repository, opened: list[Kind]) -> None:
    tip = repository.resolve("main")
    repository.state(tip)
    opened.clear()
    assert compare_states(StoredStates(repository), tip, tip, NAMES).root is None
    assert opened == []


def test_added_and_removed_masks_are_reported(repository: Repository) -> None:
    before = repository.resolve("main")
    after = remove_masks(repository, MAIN, repository.state(before).masks).digest
    states = StoredStates(repository)
    assert leaf_lines(compare_states(states, before, after, NAMES).root)[1:] == [
        "remove masks/sky.png",
        "remove masks/tree.png",
    ]
    assert leaf_lines(compare_states(states, after, before, NAMES).root)[1:] == [
        "add masks/sky.png",
        "add masks/tree.png",
    ]


def test_a_state_equals_its_export(repository: Repository, tmp_path: Path) -> None:
    tip = repository.resolve("main")
    export(repository, tip, tmp_path / "out")
    state, folder = state_item(tip, StoredStates(repository)), item_on_disk(tmp_path / "out")
    assert compare(state, folder, ("state", "folder")).root is None
    (tmp_path / "out/masks/sky.png").write_bytes(mask(99))
    assert leaf_lines(compare(folder, state, ("folder", "state")).root) == ["modify masks/sky.png"]
    assert compare_paths(tmp_path / "out", tmp_path / "out").root is None


@pytest.fixture
def comparison(repository: Repository) -> Comparison:
    """The exposure, one mask and the bookkeeping changed."""
    before = repository.resolve("main")
    files = {SKY: mask(110), MaskName("new"): mask(5)}
    after = save_xmp(repository, MAIN, sidecar(2, timestamp=9), mask_files=files).digest
    return Comparison(StoredStates(repository), before, after, NAMES)


def test_comparison_lists_its_files_without_reading_a_mask(comparison: Comparison, opened: list[Kind]) -> None:
    assert comparison.file_names() == ["changes.md", "changes.json", "image.xmp.diff", "masks/sky.png"]
    assert Kind.MASK not in opened


def test_files_of_a_comparison_can_be_read_again(comparison: Comparison) -> None:
    again = Comparison(comparison.access, comparison.left, comparison.right, comparison.names)
    for name in comparison.file_names():
        assert comparison.read(name)
        assert comparison.read(name) == again.read(name)


def test_changes_page_of_a_comparison(comparison: Comparison) -> None:
    assert comparison.read("changes.md").decode() == (
        "# heads/main → tags/v1\n\n"
        "## Edit\n\n- **exposure**: settings changed\n\n"
        "## Masks\n\n- **new**: added\n"
        "- **sky**: 100.0 % of the pixels changed, 0.0 % of the masked area is shared, "
        "all within 32 x 24 pixels at 0, 0\n\n"
        "## Bookkeeping\n\n- Timestamps\n"
    )


def test_the_diff_of_a_comparison_is_a_patch_of_the_canonical_forms(comparison: Comparison) -> None:
    lines = comparison.read("image.xmp.diff").decode().splitlines()
    assert lines[:2] == ["--- heads/main/image.xmp", "+++ tags/v1/image.xmp"]
    assert any(line.startswith("-") and "import_timestamp" in line for line in lines)
    assert any(line.startswith("+") and "darktable:params" in line for line in lines)


def test_the_pictures_of_a_comparison_have_the_size_of_the_masks(comparison: Comparison) -> None:
    picture = np.asarray(Image.open(io.BytesIO(comparison.read("masks/sky.png"))))
    assert picture.shape == (24, 32, 3)


def test_mask_too_large_to_draw_has_no_picture(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "MAX_DECODING_BYTES", 100)
    assert comparison.read("masks/sky.png") == b""
    assert "masks/sky.png**: content changed" in comparison.read("changes.md").decode()


@pytest.mark.parametrize("path", ["masks/new.png", "masks/tree.png", "masks", "sky.png", "other"])
def test_a_comparison_has_no_other_files(comparison: Comparison, path: str) -> None:
    with pytest.raises(FileNotFoundError):
        comparison.read(path)


def test_a_comparison_of_a_state_with_itself_says_so(comparison: Comparison) -> None:
    same = Comparison(comparison.access, comparison.left, comparison.left, ("a", "b"))
    assert same.file_names() == ["changes.md", "changes.json", "image.xmp.diff"]
    assert same.read("changes.md").decode() == "# a → b\n\nNo changes.\n"
    assert same.read("image.xmp.diff") == b""
