"""Names of XMP properties: which prefix stands for which namespace. Knows no XML parser and no values.

A name is `prefix:local` where the namespace is one of KNOWN, and `{uri}local` where it is not. So the same property
has the same name whatever prefix a file gave it (rule 4 of docs/canonical-xmp.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from chemigram_core.errors import shown

KNOWN: Mapping[str, str] = MappingProxyType(
    {
        "GCamera": "http://ns.google.com/photos/1.0/camera/",
        "GPano": "http://ns.google.com/photos/1.0/panorama/",
        "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "MP": "http://ns.microsoft.com/photo/1.2/",
        "MPRI": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
        "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
        "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
        "acdsee": "http://ns.acdsee.com/iptc/1.0/",
        "aux": "http://ns.adobe.com/exif/1.0/aux/",
        "cc": "http://creativecommons.org/ns#",
        "chemigram": "urn:chemigram:ns:1.0/",
        "crd": "http://ns.adobe.com/camera-raw-defaults/1.0/",
        "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
        "crss": "http://ns.adobe.com/camera-raw-saved-settings/1.0/",
        "darktable": "http://darktable.sf.net/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "digiKam": "http://www.digikam.org/ns/1.0/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "exifEX": "http://cipa.jp/exif/1.0/",
        "expressionmedia": "http://ns.microsoft.com/expressionmedia/1.0/",
        "hdrgm": "http://ns.adobe.com/hdr-gain-map/1.0/",
        "kipi": "http://www.digikam.org/ns/kipi/1.0/",
        "lr": "http://ns.adobe.com/lightroom/1.0/",
        "mediapro": "http://ns.iview-multimedia.com/mediapro/1.0/",
        "mwg-coll": "http://www.metadataworkinggroup.com/schemas/collections/",
        "mwg-kw": "http://www.metadataworkinggroup.com/schemas/keywords/",
        "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
        "pdf": "http://ns.adobe.com/pdf/1.3/",
        "pdfx": "http://ns.adobe.com/pdfx/1.3/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "stArea": "http://ns.adobe.com/xmp/sType/Area#",
        "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
        "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
        "stFnt": "http://ns.adobe.com/xap/1.0/sType/Font#",
        "stJob": "http://ns.adobe.com/xap/1.0/sType/Job#",
        "stMfs": "http://ns.adobe.com/xap/1.0/sType/ManifestItem#",
        "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
        "stVer": "http://ns.adobe.com/xap/1.0/sType/Version#",
        "tiff": "http://ns.adobe.com/tiff/1.0/",
        "x": "adobe:ns:meta/",
        "xml": "http://www.w3.org/XML/1998/namespace",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "xmpBJ": "http://ns.adobe.com/xap/1.0/bj/",
        "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
        "xmpG": "http://ns.adobe.com/xap/1.0/g/",
        "xmpGImg": "http://ns.adobe.com/xap/1.0/g/img/",
        "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
        "xmpNote": "http://ns.adobe.com/xmp/note/",
        "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
        "xmpTPg": "http://ns.adobe.com/xap/1.0/t/pg/",
        "xmpidq": "http://ns.adobe.com/xmp/Identifier/qual/1.0/",
    }
)
_PREFIX_OF = {uri: prefix for prefix, uri in KNOWN.items()}


@lru_cache(maxsize=1000)  # all sidecars together have some hundred names, of which each repeats many
def name_of(clark: str) -> str:
    """The name of what an XML parser calls `{uri}local`."""
    uri, _, local = clark[1:].rpartition("}")
    prefix = _PREFIX_OF.get(uri)
    return f"{prefix}:{local}" if prefix else clark


def label(text: str) -> str:
    """A name, or a parser's words with names in them, for one line of a message; foreign ones can be anything."""
    return text if len(text) <= 80 and text.isprintable() else shown(text)


class Prefixes:
    """The prefixes of one document. Namespaces that are not KNOWN are ns1, ns2 … in the order of their URIs."""

    def __init__(self, names: Iterable[str]) -> None:
        used = set(names)
        foreign = sorted({_uri(name) for name in used if name.startswith("{")})
        self._foreign = {uri: f"ns{number}" for number, uri in enumerate(foreign, start=1)}
        self._known = {name.partition(":")[0] for name in used if not name.startswith("{")}

    def declared(self) -> list[tuple[str, str]]:
        """Prefix and URI of each namespace in use, sorted by prefix."""
        foreign = [(prefix, uri) for uri, prefix in self._foreign.items()]
        return sorted([*foreign, *((prefix, KNOWN[prefix]) for prefix in self._known)])

    def shown(self, name: str) -> str:
        """`name` with its prefix, as the document writes it."""
        if not name.startswith("{"):
            return name
        return f"{self._foreign[_uri(name)]}:{name.rpartition('}')[2]}"


def _uri(name: str) -> str:
    return name[1:].rpartition("}")[0]
