"""XMP packets of one description, put together from attributes and elements. Knows no program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Fields: TypeAlias = Mapping[str, str]
_SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "acdsee": "http://ns.acdsee.com/iptc/1.0/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "darktable": "http://darktable.sf.net/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "own": "http://example.org/own",
    "photo": "http://ns.microsoft.com/photo/1.0",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
}


def packet(attributes: str, inside: str = "") -> bytes:
    """An XMP whose description has `attributes` and holds `inside`."""
    about = "" if "rdf:about=" in attributes else 'rdf:about=""'
    declared = "".join(
        f'\n xmlns:{prefix}="{uri}"' for prefix, uri in _SPACES.items() if f"{prefix}:" in attributes + inside
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n<rdf:RDF'
        f' xmlns:rdf="{_SPACES["rdf"]}">\n<rdf:Description {about} {attributes}{declared}>\n'
        f"{inside}</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
    ).encode()


def rows(name: str, items: Sequence[Fields]) -> str:
    """A list of structures of darktable's."""
    lines = "".join(f" <rdf:li {_attributes(item)}/>\n" for item in items)
    return f"<darktable:{name}><rdf:Seq>\n{lines}</rdf:Seq></darktable:{name}>\n"


def texts(name: str, kind: str, items: Sequence[str]) -> str:
    """A list of texts of darktable's."""
    return array(f"darktable:{name}", kind, *items)


def array(name: str, kind: str, *items: str) -> str:
    """A list of texts."""
    lines = "".join(f" <rdf:li>{item}</rdf:li>\n" for item in items)
    return f"<{name}><rdf:{kind}>\n{lines}</rdf:{kind}></{name}>\n"


def languages(name: str, **items: str) -> str:
    """One text in several languages; `default` is the one without a language."""
    tags = {language: "x-default" if language == "default" else language for language in items}
    lines = "".join(f' <rdf:li xml:lang="{tags[language]}">{text}</rdf:li>\n' for language, text in items.items())
    return f"<{name}><rdf:Alt>\n{lines}</rdf:Alt></{name}>\n"


def _attributes(fields: Fields) -> str:
    return " ".join(f'darktable:{name}="{value}"' for name, value in fields.items())
