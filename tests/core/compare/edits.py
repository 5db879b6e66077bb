"""Sidecars to compare: a history, entry by entry, and other properties."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from chemigram_core.compare.node import DiffNode
from tests.core.compare.trees import changeset, file
from tests.support.blend_params import blend_params, member


def exposure(ev: float, black: float = 0.0) -> str:
    """Parameters of exposure, version 6."""
    return struct.pack("<iffffi", 0, black, ev, 50.0, -4.0, 0).hex()


def blending(
    *,
    mask_mode: int = 1,
    mode: int = 0x18,
    opacity: float = 100.0,
    mask_id: int = 0,
    feathering: float = 0.0,
    version: int = 13,
) -> str:
    """Blend parameters of versions 10 to 14."""
    assert version in range(10, 15)
    params = blend_params(mask_id, mode=mask_mode, blend_mode=mode, opacity=opacity, feathering=feathering)
    return params.hex()


@dataclass(frozen=True)
class Step:
    """One entry of a history."""

    operation: str = "exposure"
    params: str = exposure(0.5)
    modversion: int = 6
    enabled: int = 1
    multi_priority: int = 0
    multi_name: str = ""
    blendop_params: str = blending()
    blendop_version: int = 13
    extra: str = ""

    def spelled(self, num: int) -> str:
        fields = {name: value for name, value in vars(self).items() if name != "extra"}
        return f'<rdf:li darktable:num="{num}" {_attributes("darktable", fields)} {self.extra}/>'


@dataclass(frozen=True)
class Shape:
    """One row of the masks' history."""

    mask_id: int
    mask_type: int = 1
    mask_name: str = "circle #1"
    mask_points: str = "00" * 16
    mask_nb: int = 1
    mask_num: int = 0
    mask_version: int = 6
    mask_src: str = "00" * 8

    def spelled(self) -> str:
        return f"<rdf:li {_attributes('darktable', vars(self))}/>"


def group(mask_id: int, *members: int, num: int = 0) -> Shape:
    """A group of shapes."""
    points = b"".join(member(each, mask_id) for each in members).hex()
    return Shape(mask_id, 4, "grp exposure", points, len(members), num)


def sidecar(
    *steps: Step,
    end: int | None = None,
    shapes: Sequence[Shape] = (),
    properties: Mapping[str, object] | None = None,
    inside: str = "",
) -> bytes:
    """An XMP; `properties` are attributes by their qualified name, `inside` more elements."""
    attributes = {"xmp:Rating": 1, "darktable:xmp_version": 5, "darktable:iop_order_version": 2} | dict(
        properties or {}
    )
    spelled = " ".join(f"{name}={quoteattr(str(value))}" for name, value in attributes.items())
    entries = "".join(step.spelled(num) for num, step in enumerate(steps))
    rows = "".join(shape.spelled() for shape in shapes)
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:darktable="http://darktable.sf.net/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:chemigram="urn:chemigram:ns:1.0/" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
 darktable:history_end="{len(steps) if end is None else end}" {spelled}>
<darktable:masks_history><rdf:Seq>{rows}</rdf:Seq></darktable:masks_history>
<darktable:history><rdf:Seq>{entries}</rdf:Seq></darktable:history>{inside}
</rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


def bag(name: str, *texts: str) -> str:
    """A list of texts."""
    return f"<{name}><rdf:Bag>{''.join(f'<rdf:li>{text}</rdf:li>' for text in texts)}</rdf:Bag></{name}>"


def compared(left: bytes, right: bytes) -> DiffNode | None:
    """The node of the XMP; None when nothing changed."""
    return changeset(file("image.xmp", left, ()), file("image.xmp", right, ())).root


def summaries(left: bytes, right: bytes) -> list[str]:
    """The summary of each change: `modules/exposure/0: …`."""
    root = compared(left, right)
    return [] if root is None else [f"{node.path.removeprefix('image.xmp/')}: {node.summary}" for node in root.children]


def _attributes(prefix: str, fields: Mapping[str, object]) -> str:
    return " ".join(f"{prefix}:{name}={quoteattr(str(value))}" for name, value in fields.items())
