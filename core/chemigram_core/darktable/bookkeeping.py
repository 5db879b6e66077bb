"""The properties that darktable writes into an XMP for its own use: they change without an edit, and not by the user.

BOOKKEEPING is the only table of them. Properties that count in part (module names, tags, order, positions) are in
`edit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.darktable import properties as names

BOOKKEEPING: Mapping[str, str] = MappingProxyType(
    {
        "darktable:import_timestamp": "new at every import, in every database",
        "darktable:change_timestamp": "new at every step of a slider, lost at the next import",
        "darktable:export_timestamp": "set by an export",
        "darktable:print_timestamp": "set by a print",
        names.HISTORY_BASIC_HASH: "derived from the history, differently by each version",
        names.HISTORY_AUTO_HASH: "derived from the history, differently by each version",
        names.HISTORY_CURRENT_HASH: "derived from the history, differently by each version",
        names.XMP_VERSION: "the shape of the file, not its content",
        "darktable:auto_presets_applied": "set after the first import",
        names.RAW_PARAMS: "flags of the database, which darktable adds by itself",
        names.NUM: "redundant: the position of the entry in the list",
        names.MULTI_NAME_HAND_EDITED: "whether the user named a module; added by 4.4, dropped by 4.2",
        "xmpMM:DerivedFrom": "the name that the image has in the database that wrote the file",
        "exif:GPSVersionID": "the form in which a position is written",
        "exif:DateTimeOriginal": "a copy from the image, in another format in each version",
    }
)
