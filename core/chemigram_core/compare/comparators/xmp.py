"""Compares XMPs as edits, not as text. Turns changes into nodes; `edit` describes them."""

from __future__ import annotations

from chemigram_core.compare.comparators.binary import one_sided
from chemigram_core.compare.controller import Identical, Leaf, Outcome, Skip
from chemigram_core.compare.edit.changes import HISTORY_LOST, Change
from chemigram_core.compare.edit.document import document_changes
from chemigram_core.compare.item import DataAccess, ItemPair, ItemRef
from chemigram_core.compare.media_type import XMP, are_files_of
from chemigram_core.compare.node import CLERICAL, Action, DiffNode
from chemigram_core.errors import InvalidXmp
from chemigram_core.sidecar import Document, parse_again
from chemigram_core.xmp import MAX_BYTES

ITEM_TYPE = "xmp"


class XmpComparator:
    """Knows sidecars."""

    def matches(self, pair: ItemPair) -> bool:
        """XMPs by hint or name."""
        return are_files_of(pair, XMP)

    def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
        """A node with one child per change; Skip when one side is not a usable XMP. Raises OSError, StoreFailed."""
        if pair.left is None or pair.right is None:
            return one_sided(pair, ITEM_TYPE)
        try:
            left, right = _document(pair.left, data), _document(pair.right, data)
        except InvalidXmp:
            return Skip()
        if left.packet == right.packet:
            return Identical(ITEM_TYPE)
        changes = document_changes(left, right)
        node = DiffNode(Action.MODIFY, ITEM_TYPE, pair.path, tags=_tags(changes))
        return Leaf(node.with_children(_node(pair.path, change) for change in changes))


def _document(item: ItemRef, data: DataAccess) -> Document:
    with data.open(item) as stream:
        return parse_again(stream.read(MAX_BYTES + 1))


def _tags(changes: list[Change]) -> frozenset[str]:
    """Of the file: whether all of it is clerical, whether a history was lost."""
    tags = {CLERICAL} if all(CLERICAL in change.tags for change in changes) else set[str]()
    return frozenset(tags | {tag for change in changes for tag in change.tags & {HISTORY_LOST}})


def _node(path: str, change: Change) -> DiffNode:
    return DiffNode(
        change.action,
        change.item_type,
        f"{path}/{change.place}",
        summary=change.summary,
        tags=change.tags,
        details=dict(change.details),
    )
