"""Extensions of installed packages, found by their entry points. A broken one never breaks a comparison.

When a plug-in can't be loaded, raises or returns something invalid, one line is logged for each reason, and the
comparison goes on without its answer.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from chemigram_core.compare.comparators.container import Lister, Listing
from chemigram_core.compare.controller import Comparator, Expand, Identical, Leaf, Outcome, Skip, Transformer
from chemigram_core.compare.extension import Extension
from chemigram_core.compare.item import DataAccess, ItemPair, ItemRef
from chemigram_core.compare.node import Action, DiffNode
from chemigram_core.errors import StoreFailed

GROUP = "chemigram_core.compare"  # of the entry points: the name of the plug-in, and the location of its Extension

_T = TypeVar("_T")
_SKIP: Outcome = Skip()
_logger = logging.getLogger(__name__)


@cache
def installed() -> tuple[Extension, ...]:
    """The extensions of all packages that have some, each guarded; found and loaded once in a process."""
    return tuple(_loaded_extensions())


@cache
def report(plugin: str, reason: str) -> None:
    """Log the fault of a plug-in once."""
    _logger.warning("comparison plug-in %s is ignored: %s", plugin, " ".join(reason.split()))


def described(error: Exception) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}"


def _loaded_extensions() -> Iterator[Extension]:
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            yield _guarded(entry)
        except Exception as error:
            report(entry.name, described(error))


def _guarded(entry: EntryPoint) -> Extension:
    extension = entry.load()
    if not isinstance(extension, Extension):
        raise TypeError(f"{entry.value} is not an Extension")
    return Extension(
        [_GuardedComparator(entry.name, comparator) for comparator in extension.comparators],
        [_GuardedTransformer(entry.name, str(one.name), one) for one in extension.transformers],
        [_GuardedLister(entry.name, lister) for lister in extension.listers],
    )


def _attempt(plugin: str, call: Callable[[], _T], instead: _T) -> _T:
    try:
        return call()
    except StoreFailed:
        raise  # it read damaged data, which is not its fault
    except Exception as error:
        report(plugin, described(error))
        return instead


@dataclass(frozen=True, slots=True)
class _GuardedComparator:
    plugin: str
    comparator: Comparator

    def matches(self, pair: ItemPair) -> bool:
        return _attempt(self.plugin, lambda: bool(self.comparator.matches(pair)), instead=False)

    def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
        return _attempt(self.plugin, lambda: _checked_outcome(self.comparator.compare(pair, data)), _SKIP)


@dataclass(frozen=True, slots=True)
class _GuardedTransformer:
    plugin: str
    name: str
    transformer: Transformer

    def transform(self, node: DiffNode, data: DataAccess) -> DiffNode:
        return _attempt(self.plugin, lambda: _checked_change(node, self.transformer.transform(node, data)), node)


@dataclass(frozen=True, slots=True)
class _GuardedLister:
    plugin: str
    lister: Lister

    def lists(self, item: ItemRef) -> bool:
        return _attempt(self.plugin, lambda: bool(self.lister.lists(item)), instead=False)

    def listing(self, item: ItemRef, data: DataAccess) -> Listing | None:
        return _attempt(self.plugin, lambda: _checked_listing(self.lister.listing(item, data)), None)


def _checked_outcome(outcome: Outcome) -> Outcome:
    """The same outcome. Raises an exception of any kind if later steps could not use it."""
    match outcome:
        case Skip():
            pass
        case Identical(item_type, details):
            _check_node(DiffNode(Action.IDENTICAL, item_type, "", details=details))
        case Leaf(node):
            _check_node(node)
        case Expand(node, pairs):
            _check_node(node)
            return Expand(node, [_checked_pair(pair) for pair in pairs])
        case _:
            raise TypeError(f"{outcome!r} is not an outcome")
    return outcome


def _checked_change(before: DiffNode, after: DiffNode) -> DiffNode:
    if after is not before:
        _check_node(after)
    return after


def _checked_listing(listing: Listing | None) -> Listing | None:
    if listing is None:
        return None
    left_out = {str(path): str(reason) for path, reason in listing.left_out.items()}
    return Listing(str(listing.item_type), [_checked_item(item) for item in listing.items], left_out)


def _checked_pair(pair: ItemPair) -> ItemPair:
    for item in (pair.preferred, *pair.sides):
        _checked_item(item)
    return pair


def _check_node(node: DiffNode) -> None:
    DiffNode.from_json(json.loads(json.dumps(node.to_json())))


def _checked_item(item: ItemRef) -> ItemRef:
    ItemRef.from_json(json.loads(json.dumps(item.to_json())))
    return item
