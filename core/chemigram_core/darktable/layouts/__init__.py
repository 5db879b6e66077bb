"""The known layouts of darktable's parameters, from its introspection, as tables by kind of module. Knows no history.

Source: the parameter structures in darktable's src/iop. Sizes, offsets and labels agree with the introspection of
4.2.1, those of older and newer versions with legacy_params(). Factors and units are those of the sliders.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.darktable.layouts import color, correction, effect, geometry, tone
from chemigram_core.darktable.settings import Layout

LAYOUTS: Mapping[tuple[str, int], Layout] = MappingProxyType(
    {**geometry.LAYOUTS, **tone.LAYOUTS, **color.LAYOUTS, **correction.LAYOUTS, **effect.LAYOUTS}
)


def layout_of(operation: str, modversion: int | None, params: bytes | None) -> Layout | None:
    """The layout that fits in version and size, or None."""
    layout = None if modversion is None else LAYOUTS.get((operation, modversion))
    return layout if layout is not None and params is not None and len(params) == layout.size_bytes else None
