"""Sidecars for tests, shaped as darktable writes them, with parts to fill in."""

from __future__ import annotations

from collections.abc import Sequence

from chemigram_core.sidecar import Document, parse

SPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "darktable": "http://darktable.sf.net/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "lr": "http://ns.adobe.com/lightroom/1.0/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "chemigram": "urn:chemigram:ns:1.0/",
        "q": "http://example.org/q/",
    }.items()
)


def sidecar(attributes: str = "", body: str = "") -> bytes:
    """An XMP with one description that has `attributes` and `body`."""
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n<rdf:RDF {SPACES}>\n'
        f'<rdf:Description rdf:about="" {attributes}>{body}</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n'
    ).encode()


def entry(num: int | str, operation: str, **fields: str) -> str:
    """One step of a history in the format of xmp_version 5; `fields` without their prefix."""
    given = {"num": str(num), "operation": operation, "enabled": "1", "modversion": "1", "params": "00000000"}
    given |= {
        "multi_name": "",
        "multi_priority": "0",
        "blendop_version": "11",
        "blendop_params": "00",
    }
    return f"<rdf:li {attributes(given | fields)}/>"


def form(num: int, identifier: int, **fields: str) -> str:
    """One drawn shape."""
    given = {"mask_num": str(num), "mask_id": str(identifier), "mask_type": "1", "mask_name": "circle"}
    return f"<rdf:li {attributes(given | {'mask_points': '0000003f', 'mask_nb': '1', 'mask_src': '00'} | fields)}/>"


def history(entries: Sequence[str], forms: Sequence[str] = ()) -> str:
    """Entries and drawn shapes as properties of a description."""
    return seq("masks_history", forms) + seq("history", entries)


def seq(name: str, items: Sequence[str], kind: str = "Seq") -> str:
    return f"<darktable:{name}><rdf:{kind}>{''.join(items)}</rdf:{kind}></darktable:{name}>"


def attributes(fields: dict[str, str]) -> str:
    return " ".join(f'darktable:{name}="{value}"' for name, value in fields.items())


def edited(*entries: str, end: int | None = None, forms: Sequence[str] = (), more: str = "") -> Document:
    """A document with that history, all of which counts unless `end` says otherwise."""
    return parse(
        sidecar(f'darktable:history_end="{len(entries) if end is None else end}" {more}', history(entries, forms))
    )
