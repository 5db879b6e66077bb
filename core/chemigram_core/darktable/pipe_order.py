"""The order in which darktable applies the modules of an edit. Knows no module by name.

Modules run in the order of the pixel pipe, which an edit gives as a list or leaves to a built-in order; the steps of a
history have an order of their own.
"""

from __future__ import annotations

import re
from functools import lru_cache

from chemigram_core.darktable.entries import Instance
from chemigram_core.darktable.properties import IOP_ORDER_LIST
from chemigram_core.xmp import Properties

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


def pipe_order(edit: Properties) -> tuple[Instance, ...]:
    """The instances in the order of the pixel pipe; empty when the edit leaves it to darktable."""
    listed = edit.get(IOP_ORDER_LIST)
    return _instances_in(listed) if isinstance(listed, str) else ()


@lru_cache(maxsize=8)  # asked once for each instance of an edit
def _instances_in(listed: str) -> tuple[Instance, ...]:
    words = listed.split(",")
    pairs = zip(words[::2], words[1::2], strict=False)
    return tuple((name, int(number)) for name, number in pairs if _NUMBER.fullmatch(number))
