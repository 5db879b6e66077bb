"""The canonical form: one document, one sequence of bytes (docs/canonical-xmp.md)."""

from __future__ import annotations

import pytest

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp
from chemigram_core.names import MaskName
from chemigram_core.xmp import masks_of, parse

SIDECAR = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="3"/>
 </rdf:RDF>
</x:xmpmeta>
"""


def test_the_canonical_form_is_its_own_canonical_form() -> None:
    canonical = parse(SIDECAR).canonical()
    assert parse(canonical).canonical() == canonical
    assert parse(canonical).digest == Digest.of(canonical)


def test_the_note_of_masks_is_the_same_whether_set_or_read() -> None:
    masks = {MaskName.parse("subject"): Digest.of(b"1"), MaskName.parse("sky"): Digest.of(b"2")}
    document = parse(SIDECAR).with_masks(masks)
    assert parse(document.canonical()) == document
    assert dict(masks_of(document.canonical())) == masks
    assert document.with_masks({}).canonical() == parse(SIDECAR).canonical()
    assert not masks_of(parse(SIDECAR).canonical())


@pytest.mark.parametrize("damage", [b"", b"<x", SIDECAR[:-20], b"<!DOCTYPE x>" + SIDECAR])
def test_what_is_no_xmp_is_refused(damage: bytes) -> None:
    with pytest.raises(InvalidXmp):
        parse(damage)
