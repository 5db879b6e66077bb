"""The drawn shapes in a module's own parameters, apart from its mask: those of retouch and spot removal.

Source: dt_iop_retouch_params_t in darktable's src/iop/retouch.c, dt_iop_spots_params_t in src/iop/spots.c.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from chemigram_core.darktable import Entry
from chemigram_core.darktable.blending import group_of


@dataclass(frozen=True, slots=True)
class _Table:
    """Structures of `stride_bytes`, `count` of them from the beginning on, which begin with the id of a shape or 0."""

    count: int
    stride_bytes: int


_TABLES: Mapping[tuple[str, int | None], _Table] = MappingProxyType(
    {
        ("retouch", 1): _Table(300, 40),
        ("retouch", 2): _Table(300, 44),
        ("retouch", 3): _Table(300, 44),
        ("spots", 2): _Table(64, 4),
    }
)


def own_shapes(entry: Entry) -> list[int]:
    """The ids of the shapes it works with, and of their group, which it names even without blending."""
    table, data = _TABLES.get((entry.operation, entry.modversion)), entry.params.data
    if table is None or data is None or len(data) < table.count * table.stride_bytes:
        return []
    ids = (struct.unpack_from("<i", data, at * table.stride_bytes)[0] for at in range(table.count))
    return [number for number in (*ids, group_of(entry)) if number]
