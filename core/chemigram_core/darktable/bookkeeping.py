"""What darktable writes into an XMP for itself: it changes without an edit, and no person put it there.

BOOKKEEPING is the one table of it. What counts only in part (names of modules, tags, order, positions) is in `edit`.
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
        "darktable:auto_presets_applied": "says that the first import is over",
        names.RAW_PARAMS: "flags of the database, which appear by themselves",
        names.NUM: "the place of an entry in its list says the same",
        names.MULTI_NAME_HAND_EDITED: "says whose a module's name is; added by 4.4, dropped by 4.2",
        "xmpMM:DerivedFrom": "the name that the image has in the database that wrote the file",
        "exif:GPSVersionID": "the form in which a position is written",
        "exif:DateTimeOriginal": "a copy from the image, in another format in each version",
    }
)
