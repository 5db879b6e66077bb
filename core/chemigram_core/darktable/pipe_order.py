"""The order in which darktable applies the modules of an edit. Knows no module by name.

Modules run in the order of the pixel pipe, which an XMP gives as a number per entry (xmp_version 3) or as a list, or
leaves to a built-in order; the steps of a history have an order of their own.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from chemigram_core.darktable import History
from chemigram_core.darktable.properties import IOP_ORDER_LIST
from chemigram_core.xmp import Properties

Instance: TypeAlias = tuple[str, int]
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


def pipe_order(history: History, properties: Properties) -> list[Instance]:
    """The instances in the order of the pixel pipe, as far as the XMP says it; empty when it leaves it to darktable."""
    listed = properties.get(IOP_ORDER_LIST)
    if isinstance(listed, str) and listed:
        words = listed.split(",")
        pairs = zip(words[::2], words[1::2], strict=False)
        return [(name, int(number)) for name, number in pairs if _NUMBER.fullmatch(number)]
    orders = {instance: entry.iop_order for instance, entry in history.instances.items()}
    return sorted((instance for instance in orders if orders[instance] is not None), key=lambda one: orders[one] or 0.0)
