"""The transitions of the draft table, one by one, without files, and the action that each returns."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from chemfs.tree.heads.draft import Draft, DraftState, Save
from chemfs.tree.heads.draft_table import NOTHING_KNOWN, DraftTable
from chemfs.tree.heads.tracked import Mask, Tracked, Xmp
from chemigram_core.digest import Digest
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import MaskName

SKY, OBJECT = Mask(MaskName("sky")), Digest.of(b"sky")


def opened(table: DraftTable, where: Tracked | tuple[str, ...] = SKY, state: DraftState = DraftState.WRITTEN) -> Draft:
    return table.opened(Draft(where, Path("draft"), state))


def close(table: DraftTable, draft: Draft) -> Save:
    action = table.closed(draft, size_bytes=10)
    assert isinstance(action, Save)
    return action


def test_a_close_asks_for_one_save() -> None:
    table = DraftTable()
    draft = opened(table)
    table.judged(close(table, draft), DraftState.SAVED)
    assert table.closed(draft, size_bytes=10) is None


def test_closing_an_unwritten_file_saves_nothing() -> None:
    table = DraftTable()
    draft = opened(table, state=DraftState.SAVED)
    assert table.closed(draft, size_bytes=10) is None
    assert table.released(draft)


def test_empty_file_is_not_saved_until_a_later_close() -> None:
    table = DraftTable()
    assert table.closed(opened(table), size_bytes=0) is None


def test_a_write_while_the_bytes_are_saved_asks_for_another_save() -> None:
    table = DraftTable()
    draft = opened(table)
    save = close(table, draft)
    table.written(draft)
    table.judged(save, DraftState.SAVED)
    assert close(table, draft).writes == save.writes + 1


def test_rejected_bytes_are_not_tried_again_at_the_next_close() -> None:
    table = DraftTable()
    draft = opened(table)
    table.judged(close(table, draft), DraftState.REFUSED)
    assert close(table, draft).was_refused
    table.written(draft)
    assert not close(table, draft).was_refused


def test_bytes_of_a_failed_save_are_kept_until_the_next_write() -> None:
    table = DraftTable()
    draft = opened(table)
    table.judged(close(table, draft), DraftState.FAILED)
    table.kept(draft)
    assert draft.state == DraftState.KEPT
    table.written(draft)
    table.kept(draft)
    assert [draft.state] == [DraftState.WRITTEN], "what was kept is not what the file has now"


def test_a_scratch_file_is_one_draft_however_often_it_is_open() -> None:
    table = DraftTable()
    first = opened(table, ("notes",))
    assert opened(table, ("notes",)) is first
    assert not table.released(first)
    assert table.closed(first, size_bytes=10) is None
    assert table.released(first)
    assert not table.forget(first)


def test_a_tracked_file_is_a_draft_for_each_open() -> None:
    table = DraftTable()
    assert opened(table) is not opened(table)
    assert table.targets() == {SKY}


def test_reopened_draft_is_not_forgotten() -> None:
    table = DraftTable()
    draft = opened(table, ("notes",))
    table.released(draft)
    opened(table, ("notes",))
    table.forget(draft)
    with table.claimed_at(("notes",)) as found:
        assert found is draft


def test_removed_name_reappears_when_its_new_file_is_rejected() -> None:
    table = DraftTable()
    table.remove(SKY, OBJECT)
    draft = opened(table)
    table.judged(close(table, draft), DraftState.REFUSED)
    table.released(draft)
    assert table.forget(draft)
    assert table.removed(SKY) is None


def test_provenance_of_a_file_closed_empty_waits_for_the_next_open() -> None:
    table = DraftTable()
    draft = opened(table)
    assert table.describe(SKY, lambda known: known.with_text("prompt", "sky"))
    table.released(draft)
    assert table.forget(draft)
    assert table.targets() == {SKY}
    assert table.take_emptied(SKY) == Provenance(prompt="sky")
    assert table.take_emptied(SKY) is None


def test_save_takes_the_provenance_with_it() -> None:
    table = DraftTable()
    draft = opened(table)
    table.describe(SKY, lambda known: known.with_text("prompt", "sky"))
    save = close(table, draft)
    assert save.provenance == Provenance(prompt="sky")
    table.judged(save, DraftState.SAVED)
    assert draft.provenance == NOTHING_KNOWN
    assert not table.describe(SKY, lambda known: known.with_text("prompt", "another"))


def test_removed_open_file_has_no_name() -> None:
    table = DraftTable()
    opened(table)
    table.remove(SKY, OBJECT)
    assert table.targets() == set()
    with table.claimed_at(SKY) as found:
        assert found is None


def test_a_rename_onto_a_tracked_name_makes_a_draft_of_a_scratch_file() -> None:
    table = DraftTable()
    draft = opened(table, ("new.png",))
    with table.claimed_at(("new.png",)) as found:
        assert found is draft
        table.renamed(draft, SKY, Path("elsewhere"))
    assert close(table, draft).draft.target == SKY


def test_open_files_follow_their_renamed_folder() -> None:
    table = DraftTable()
    draft = opened(table, ("old", "notes"))
    table.scratch_renamed(("old",), ("new",), lambda parts: Path(*parts))
    assert (draft.where, draft.path) == (("new", "notes"), Path("new/notes"))


def test_removed_xmp_is_not_committed_as_a_mask() -> None:
    table = DraftTable()
    table.remove(Xmp(), OBJECT)
    table.remove(SKY, OBJECT)
    assert table.removed_masks() == {SKY.name: OBJECT}
    table.removals_committed({SKY.name: OBJECT})
    assert table.removed_masks() == {}
    assert table.removed(Xmp()) == OBJECT


def test_provenance_of_a_mask_skips_a_removed_file_of_the_same_name() -> None:
    table = DraftTable()
    removed = opened(table)
    table.remove(SKY, OBJECT)
    assert not table.describe(SKY, lambda known: known.with_text("prompt", "the sky"))
    assert removed.provenance == NOTHING_KNOWN


def test_draft_renamed_before_it_is_claimed_is_not_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = DraftTable()
    draft, claimed = opened(table), table.claimed

    def claimed_later(found: Draft) -> AbstractContextManager[None]:
        table.renamed(draft, Mask(MaskName("sea")), Path("draft"))
        return claimed(found)

    monkeypatch.setattr(table, "claimed", claimed_later)
    with table.claimed_at(SKY) as found:
        assert found is None
