"""Which members of a sequence moved, and in which orders a history can differ. Knows no module by name.

Modules run in the order of the pixel pipe, which an XMP gives as a number per entry (xmp_version 3) or as a list, or
leaves to a built-in order; the steps of a history have an order of their own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Sequence
from typing import TypeAlias, TypeVar

from chemigram_core.compare.rising import longest_rising
from chemigram_core.xmp import History, Properties

Instance: TypeAlias = tuple[str, int]
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_T = TypeVar("_T", bound=Hashable)


def moved(left: Sequence[_T], right: Sequence[_T], among: Collection[_T]) -> dict[_T, tuple[int, int]]:
    """The fewest of `among` that have to move so that these stand in `right` as in `left`; old and new place from 1."""
    place = {member: at for at, member in enumerate(right)}
    common = [member for member in left if member in place and member in among]
    staying = {common[at] for at in longest_rising([place[member] for member in common])}
    old = {member: at for at, member in enumerate(left)}
    return {member: (old[member] + 1, place[member] + 1) for member in common if member not in staying}


def pipe_order(history: History, properties: Properties) -> list[Instance]:
    """The instances in the order of the pixel pipe, as far as the XMP says it; empty when it leaves it to darktable."""
    listed = properties.get("darktable:iop_order_list")
    if isinstance(listed, str) and listed:
        words = listed.split(",")
        pairs = zip(words[::2], words[1::2], strict=False)
        return [(name, int(number)) for name, number in pairs if _NUMBER.fullmatch(number)]
    orders = {instance: entry.iop_order for instance, entry in history.instances.items()}
    return sorted((instance for instance in orders if orders[instance] is not None), key=lambda one: orders[one] or 0.0)
