"""Changes of an edit that darktable makes by itself, without the user. Pure.

Two are known. When the first picture of an image is computed, its empty history gets the automatic presets; and modules
of an older version are rewritten in the newest one when they first enter the darkroom.
"""

from __future__ import annotations

from chemigram_core.darktable import Entry
from chemigram_core.darktable import properties as names
from chemigram_core.sidecar.document import Document
from chemigram_core.xmp.model import Properties

_VERSIONS = (names.MODVERSION, names.BLENDOP_VERSION)
_ORDER = frozenset((names.IOP_ORDER_VERSION, names.IOP_ORDER_LIST))  # rewritten with a history


def is_automatic_change(before: Document, after: Document) -> bool:
    """Whether darktable made `after` from `before` by itself. Called at each save, so the common case comes first."""
    old, new = before.history, after.history
    if not old.entries or old.end == 0:
        is_own = bool(new.effective) and _is_unaltered(after.properties)
    elif len(old.entries) != len(new.entries):
        return False
    else:
        pairs = zip(old.entries, new.entries, strict=True)
        newer = [name for one, two in pairs for name in _VERSIONS if one.fields.get(name) != two.fields.get(name)]
        is_own = bool(newer) and _is_migrated(before, after)
    return is_own and _beside_history(before) == _beside_history(after)


def _is_unaltered(properties: Properties) -> bool:
    """darktable's own test of whether the user has altered an image (dt_history_hash_get_status)."""
    current = properties.get(names.HISTORY_CURRENT_HASH)
    return bool(current) and current in (
        properties.get(names.HISTORY_BASIC_HASH),
        properties.get(names.HISTORY_AUTO_HASH),
    )


def _is_migrated(before: Document, after: Document) -> bool:
    """Whether as many steps are in force, some in a newer version of their module and the others as they were."""
    old, new = before.history, after.history
    if (len(old.effective), _forms(before)) != (len(new.effective), _forms(after)):
        return False
    return all(map(_is_same_or_newer, old.entries, new.entries))


def _is_same_or_newer(old: Entry, new: Entry) -> bool:
    if (old.instance, old.enabled, old.name_by_hand) != (new.instance, new.enabled, new.name_by_hand):
        return False
    parts = zip(_versions(old), _versions(new), _settings(old), _settings(new), strict=True)
    return all(version < newer or (version == newer and was == now) for version, newer, was, now in parts)


def _versions(entry: Entry) -> tuple[int, int]:
    return entry.modversion or 0, entry.blendop_version or 0


def _settings(entry: Entry) -> tuple[bytes | str, bytes | str]:
    """The parameters of a step and of its blending, which have a version each."""
    params, blending = entry.params, entry.blendop_params
    return params.data or params.text, (blending.data or blending.text) if blending else ""


def _beside_history(document: Document) -> Properties:
    """The edit without its history."""
    history = names.HISTORY_TRIO | _ORDER
    return {name: value for name, value in document.edit.properties.items() if name not in history}


def _forms(document: Document) -> object:
    return document.edit.properties.get(names.MASKS_HISTORY)
