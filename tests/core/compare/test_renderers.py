"""The same changeset as JSON, Markdown and text: stable, complete, and harmless whatever foreign texts are in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chemigram_core.compare import Action, Changeset, DiffNode, as_json, as_markdown, as_text, sections
from chemigram_core.compare.renderers.narrative import Topic
from chemigram_core.printable import printable
from tests.core.compare.edits import Step, sidecar
from tests.core.compare.trees import Tree, changeset, folder
from tests.core.compare.trees import file as item

NOTHING = Changeset("a", "b", None)


def one(node: DiffNode) -> Changeset:
    return Changeset("a", "b", node)


def story() -> Changeset:
    """A history that was lost, metadata, files, bookkeeping."""
    left = {
        "image.xmp": sidecar(Step(), Step("sharpen", "00", 1), properties={"darktable:change_timestamp": 1}),
        "old.txt": b"same",
    }
    right = {
        "image.xmp": sidecar(Step(enabled=0), properties={"darktable:change_timestamp": 2, "xmp:Rating": 3}),
        "new.txt": b"same",
        "more.bin": b"1",
    }
    return changeset(folder(left), folder(right))


def test_no_changes_are_reported_as_such() -> None:
    assert NOTHING.to_json() == {"from": "a", "to": "b", "root": None}
    assert as_markdown(NOTHING) == "# a → b\n\nNo changes.\n"
    assert as_text(NOTHING) == "No changes.\n"


def test_text_reports_losses_first_and_bookkeeping_last() -> None:
    assert as_text(story()) == (
        "History lost\n"
        "  The history is shorter: 2 steps before, 1 now\n"
        "\n"
        "Edit\n"
        "  exposure: switched off\n"
        "  sharpen: removed\n"
        "\n"
        "Metadata\n"
        "  Rating: ★ → ★★★\n"
        "\n"
        "Files\n"
        "  more.bin: added\n"
        "  new.txt: moved from old.txt\n"
        "\n"
        "Bookkeeping\n"
        "  Timestamps\n"
    )


def test_markdown_reports_the_same_changes() -> None:
    text = as_markdown(story())
    assert text.startswith("# left → right\n\n## History lost\n\n- The history is shorter: 2 steps before, 1 now\n")
    assert "\n## Edit\n\n- **exposure**: switched off\n- **sharpen**: removed\n" in text
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [
        section.topic for section in sections(story())
    ]


def test_text_contains_no_hashes_or_internal_names() -> None:
    for text in (as_markdown(story()), as_text(story())):
        assert not any(word in text for word in ("hash", "xmp:Rating", "clerical", "modules/", "moves"))
        assert not any(len(word.strip("().,")) == 64 for word in text.split())


def test_json_is_canonical() -> None:
    text = as_json(story())
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert text == as_json(story())


def test_json_omits_empty_and_internal_fields() -> None:
    node = DiffNode(
        Action.MOVE, "binary", "b", source_path="a", summary="Moved from a", tags=frozenset({"y", "x"}),
        details={"hash_right": "2", "hash_left": "1"}, transformed_by=("moves",), diagnostics=("secret",),
    )  # fmt: skip
    assert one(node).to_json()["root"] == {
        "action": "move",
        "details": {"hash_left": "1", "hash_right": "2"},
        "item_type": "binary",
        "path": "b",
        "source_path": "a",
        "summary": "Moved from a",
        "tags": ["x", "y"],
        "transformed_by": ["moves"],
    }
    bare = replace(node, source_path=None, summary="", tags=frozenset(), details={}, transformed_by=())
    assert one(bare).to_json()["root"] == {"action": "move", "item_type": "binary", "path": "b"}


@given(st.text("*_`[]()<>#+-=|~!&\\ \n.:;/ab19", min_size=1).filter(str.strip))
@example("**bold**")
@example("[x](http://y)")
@example("a_b_c __d__")
@example("&amp; &#35;")
@example("1. one")
@example("- - -")
def test_foreign_texts_are_escaped_in_markdown(name: str) -> None:
    named = DiffNode(Action.ADD, "binary", name, summary="Added")
    said = DiffNode(Action.MODIFY, "metadata", "metadata/x", summary=name)
    text = as_markdown(Changeset(name, "b", DiffNode(Action.MODIFY, "folder", "", children=(named, said))))
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    plain = printable(" ".join(name.split()))
    assert set(re.findall("<(\\w+)", rendered)) == {"h1", "h2", "ul", "li", "strong"}
    found = [unescape(line) for line in re.sub("<[^>]*>", "", rendered).split("\n") if line]
    assert [line.lower() for line in found] == [f"{plain} → b", "metadata", plain, "files", f"{plain}: added"]


def test_markdown_can_be_read_as_it_is() -> None:
    node = DiffNode(Action.MODIFY, "metadata", "x", summary="exposure (2): -1.50 EV → +0.25 EV, a_b, 100.0 %")
    assert "- Exposure (2): -1.50 EV → +0.25 EV, a_b, 100.0 %\n" in as_markdown(one(node))


def test_control_characters_in_foreign_texts_are_escaped() -> None:
    hostile = one(DiffNode(Action.ADD, "binary", "\x1b[31mred\x07\u202e", summary="Added"))
    assert as_text(hostile) == "Files\n  \\x1b[31mred\\x07\\u202e: added\n"
    assert "- **\\\\x1b\\[31mred\\\\x07\\\\u202e**: added\n" in as_markdown(hostile)


def test_several_sidecars_have_separate_sections() -> None:
    left: Tree = {"a.xmp": sidecar(Step()), "b": {"c.xmp": sidecar(Step())}}
    right: Tree = {"a.xmp": sidecar(Step(enabled=0)), "b": {"c.xmp": sidecar(Step(), properties={"xmp:Rating": 2})}}
    assert as_text(changeset(folder(left), folder(right))) == (
        "Edit: a.xmp\n  exposure: switched off\n\nMetadata: b/c.xmp\n  Rating: ★ → ★★\n"
    )


def test_a_mask_note_is_mentioned_only_without_masks() -> None:
    note = '<chemigram:masks><rdf:Bag><rdf:li chemigram:name="sky" chemigram:sha256="{}"/></rdf:Bag></chemigram:masks>'
    left, right = (sidecar(Step(), inside=note.format(digit * 64)) for digit in "12")
    alone = changeset(item("a.xmp", left), item("a.xmp", right))
    assert as_text(alone) == "Masks\n  Masks: changed sky\n"
    beside = changeset(
        folder({"image.xmp": left, "masks": {"sky.png": b"1"}}),
        folder({"image.xmp": right, "masks": {"tree.png": b"1"}}),
    )
    assert as_text(beside) == "Masks\n  tree: moved from sky.png\n"


def test_masks_below_other_folders_are_shown_with_their_folder() -> None:
    changes = changeset(folder({}), folder({"masks": {"sky.png": b"1"}, "old": {"masks": {"sky.png": b"2"}}}))
    assert as_text(changes) == "Masks\n  sky: added\n  old/masks/sky.png: added\n"


def test_a_property_without_a_name_of_its_own_keeps_its_spelling() -> None:
    left, right = sidecar(Step()), sidecar(Step(), properties={"exif:ISOSpeed": 100})
    assert as_text(changeset(item("a.xmp", left), item("a.xmp", right))) == "Metadata\n  exif:ISOSpeed: none → 100\n"


def test_the_order_of_the_modules_belongs_to_the_edit() -> None:
    left, right = (sidecar(Step(), properties={"darktable:iop_order_version": number}) for number in (1, 2))
    changes = changeset(item("a.xmp", left), item("a.xmp", right))
    assert as_text(changes) == "Edit\n  Order of the pixel pipe: legacy → v3.0 RAW\n"


def test_topics_have_one_order() -> None:
    order = list(Topic)
    topics = [section.topic for section in sections(story())]
    assert topics == sorted(topics, key=order.index)
