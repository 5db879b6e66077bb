"""The note of a state's masks inside its XMP: name and SHA-256 of each. Knows no file and no repository.

XMP lets every program add its own properties; darktable, exiv2 and exiftool preserve this one when they rewrite a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp, Refused
from chemigram_core.names import MaskName
from chemigram_core.sidecar import note_names
from chemigram_core.sidecar.note_names import NAME, NOTE, SHA256
from chemigram_core.xmp.model import Array, Properties, Struct, Value
from chemigram_core.xmp.namespaces import KNOWN

NO_MASKS: Mapping[MaskName, Digest] = MappingProxyType({})

_NAMESPACE = KNOWN["chemigram"].encode()
_BEFORE = f'<x:xmpmeta xmlns:x="{KNOWN["x"]}">\n <rdf:RDF xmlns:rdf="{KNOWN["rdf"]}">\n  <rdf:Description'.encode()
_OPEN = f' rdf:about="" xmlns:chemigram="{KNOWN["chemigram"]}">'.encode()
_START, _END = f"\n   <{NOTE}>\n".encode(), f"\n   </{NOTE}>\n".encode()
_AFTER = b"</rdf:Description></rdf:RDF></x:xmpmeta>"
# An entry as `write` lays it out, of a name without anything that XML would escape or normalise.
_ENTRY = rf"""     <rdf:li\n      {NAME}="([^"&<\x00-\x1f]+)"\n      {SHA256}="([0-9a-f]{{64}})"/>\n""".encode()
_ENTRIES = rb"    <rdf:Bag>\n(?:" + _ENTRY + rb")+    </rdf:Bag>"
_WRITTEN = re.compile(re.escape(_BEFORE + _OPEN + _START) + _ENTRIES + re.escape(_END + _AFTER))
_EACH = re.compile(_ENTRY)


def may_have_note(canonical: bytes) -> bool:
    """Whether a look at the note is worth parsing: its namespace stands literally in every canonical form with it."""
    return _NAMESPACE in canonical


def note_alone(canonical: bytes) -> bytes | None:
    """A small XMP with nothing but the note of a canonical one; None where the layout isn't ours.

    Only an element can begin a line with `<`: in values it is escaped.
    """
    start, end = canonical.find(_START), canonical.find(_END)
    if not canonical.startswith(_BEFORE) or not 0 <= start < end:
        return None
    return _BEFORE + _OPEN + canonical[start : end + len(_END)] + _AFTER


def masks_written(note: bytes) -> Mapping[MaskName, Digest] | None:
    """The masks of a note alone that is laid out as `write` does it; None where it has to be parsed.

    Parsing takes twenty times as long, and showing a state needs nothing else of its XMP.
    """
    if not _WRITTEN.fullmatch(note):
        return None
    try:
        entries = [(name.decode(), sha256.decode()) for name, sha256 in _EACH.findall(note)]
        masks = {MaskName(name): Digest(sha256) for name, sha256 in sorted(entries)}
    except (Refused, UnicodeDecodeError):
        return None
    return MappingProxyType(masks) if len(masks) == len(entries) else None


def masks_in(properties: Properties) -> Mapping[MaskName, Digest]:
    """The masks that the note names, sorted by name; none without a note. Raises InvalidXmp."""
    note = properties.get(NOTE)
    if note is None:
        return NO_MASKS
    if not isinstance(note, Array) or note.kind != "Bag":
        raise InvalidXmp("the note of masks is not a list", NOTE)
    entries = [_entry(item, number) for number, item in enumerate(note.items, start=1)]
    if len(dict(entries)) != len(entries):
        raise InvalidXmp("a mask is listed twice", NOTE)
    return MappingProxyType(dict(sorted(entries)))


def with_note(properties: Properties, masks: Mapping[MaskName, Digest]) -> Properties:
    """The same properties with the note of `masks`, or without a note when there are none."""
    others = {name: value for name, value in properties.items() if name != NOTE}
    if not masks:
        return others
    items = tuple(Struct({NAME: str(name), SHA256: str(digest)}) for name, digest in sorted(masks.items()))
    return {**others, NOTE: Array("Bag", items)}


def _entry(item: Value, number: int) -> tuple[MaskName, Digest]:
    place = f"{NOTE}, entry {number}"
    match item:
        case Struct({note_names.NAME: str(name), note_names.SHA256: str(sha256), **others}) if not others:
            try:
                return MaskName(name), Digest(sha256)
            except Refused as refusal:
                raise InvalidXmp(str(refusal), place) from None
    raise InvalidXmp(f"exactly {NAME} and {SHA256} are needed", place)
