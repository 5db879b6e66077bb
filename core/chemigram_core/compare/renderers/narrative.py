"""A changeset in words: sections of sentences, the most important first. Knows no markup.

No hashes, no names of comparators, no containers for themselves. Bookkeeping comes last, in a section of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chemigram_core.compare.edit.changes import HISTORY_LOST
from chemigram_core.compare.node import CLERICAL, Changeset, DiffNode
from chemigram_core.layout import MASK_FOLDER, XMP_FILE

NO_CHANGES = "No changes."


class Topic(StrEnum):
    """What a section is about, in the order of the sections; the value is its title."""

    LOST = "History lost"
    EDIT = "Edit"
    METADATA = "Metadata"
    DEVELOP = "Settings of other programs"
    MASKS = "Masks"
    FILES = "Files"
    CLERICAL = "Bookkeeping"


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence: its subject (a name, shown as such; may be empty), and the change."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences on one topic; `file` where there is more than the one XMP of a state."""

    topic: Topic
    file: str
    lines: Sequence[Line]


_TOPICS = {
    "bookkeeping": Topic.CLERICAL,
    "develop-settings": Topic.DEVELOP,
    "history": Topic.EDIT,
    "mask": Topic.MASKS,
    "mask-note": Topic.MASKS,
    "metadata": Topic.METADATA,
    "module": Topic.EDIT,
    "order": Topic.EDIT,
    "shapes": Topic.EDIT,
}
_PARTS_OF_XMP = _TOPICS.keys() - {"mask"}


def sections(changeset: Changeset) -> list[Section]:
    """The sections; empty when nothing changed."""
    if changeset.root is None:
        return []
    by_topic: dict[tuple[Topic, str], list[Line]] = {}
    masks_are_there = any(node.item_type == "mask" for node in changeset.root.walk())
    for file, node in _sentences(changeset.root, changeset.root.path):
        if not (node.item_type == "mask-note" and masks_are_there):
            by_topic.setdefault((_topic(node), file), []).extend(_lines(node))
    order = list(Topic)
    ordered = sorted(by_topic.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    return [Section(topic, file, lines) for (topic, file), lines in ordered]


def _sentences(node: DiffNode, root: str, file: str = "") -> Iterator[tuple[str, DiffNode]]:
    """Every node that has something to say, with the XMP that it is in where it isn't the only one."""
    if node.item_type == "xmp" and node.path not in {XMP_FILE, root}:
        file = node.path
    if not node.children or "left_out" in node.details:
        yield (file if node.item_type in _PARTS_OF_XMP else ""), node
    for child in node.children:
        yield from _sentences(child, root, file)


def _topic(node: DiffNode) -> Topic:
    if HISTORY_LOST in node.tags:
        return Topic.LOST
    if CLERICAL in node.tags:
        return Topic.CLERICAL
    return _TOPICS.get(node.item_type, Topic.FILES)


def _lines(node: DiffNode) -> list[Line]:
    if isinstance(left_out := node.details.get("left_out"), dict):
        return [Line(path, f"left out, {reason}") for path, reason in left_out.items()]
    module = node.details.get("module")
    if isinstance(module, str):
        return [Line(module, node.summary)]
    name = "" if node.item_type in _PARTS_OF_XMP else _name(node)
    summary = node.summary or "packed differently, with the same files"
    return [Line(name, summary[:1].lower() + summary[1:]) if name else Line("", _capital(summary))]


def _name(node: DiffNode) -> str:
    """A file by its path; a mask in masks/ by its name."""
    folder, _, file = node.path.rpartition("/")
    return file.removesuffix(".png") if node.item_type == "mask" and folder in {"", MASK_FOLDER} else node.path


def _capital(summary: str) -> str:
    """A sentence, unless it begins with the name of a property, such as `exif:ISO`."""
    begins_with_property = ":" in summary.partition(": ")[0]
    return summary if begins_with_property else summary[:1].upper() + summary[1:]
