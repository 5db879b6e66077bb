"""The version name of a duplicate in darktable's duplicate manager. Inserted when shown, removed when saved.

A duplicate without a name of its own inherits its base's, and darktable writes that into its sidecar. So each is shown
with one: the name that it was given in darktable, else that of its state, else its branch's.
"""

from __future__ import annotations

from dataclasses import replace

from chemigram_core.darktable.properties import VERSION_NAME
from chemigram_core.roll_file import Given
from chemigram_core.sidecar import Document, parse
from chemigram_core.xmp.attribute import has_attribute, with_attribute


def version_name(document: Document) -> str:
    """The version name in an XMP, empty without one."""
    value = document.properties.get(VERSION_NAME)
    return value if isinstance(value, str) else ""


def with_version_name(document: Document, name: str) -> Document:
    """The same with another version name, without one for an empty name."""
    rest = {key: value for key, value in document.properties.items() if key != VERSION_NAME}
    properties = {**rest, VERSION_NAME: name} if name else rest
    return Document(replace(document.packet, properties=properties), document.masks)


def shown_name(given: Given, document: Document) -> str:
    """The name under which a duplicate is shown whose branch has that state."""
    return given.name or version_name(document) or given.branch


def shown_as_duplicate(stored: bytes, given: Given) -> bytes:
    """The bytes of a state as the sidecar of a duplicate: canonical if the state's are. Raises InvalidXmp."""
    if given.name is None and has_attribute(stored, VERSION_NAME):
        return stored
    name = given.name or given.branch
    return with_attribute(stored, VERSION_NAME, name) or _parsed(stored, given)


def _parsed(stored: bytes, given: Given) -> bytes:
    document = parse(stored)
    return with_version_name(document, shown_name(given, document)).canonical()
