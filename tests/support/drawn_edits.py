"""Edits with drawn masks of every kind, each mask of an instance of its own. Knows no darktable."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from tests.support.blend_params import ON_AND_DRAWN, blend_params, member
from tests.support.old_sidecars import DONE, numbered
from tests.support.packets import Fields

USE, SHOW, INVERSE = 1, 2, 4
UNION, INTERSECTION, DIFFERENCE, EXCLUSION, SUM = 8, 16, 32, 64, 128

_MODULES = """
rawprepare invert temperature highlights cacorrect hotpixels rawdenoise demosaic mask_manager denoiseprofile
tonemap exposure spots retouch lens cacorrectrgb ashift liquify rotatepixels scalepixels flip clipping toneequal
crop graduatednd basecurve bilateral profile_gamma hazeremoval colorin channelmixerrgb censorize negadoctor
basicadj colorreconstruct colorchecker defringe equalizer vibrance diffuse colorbalance colorize colortransfer
colormapping bloom blurs nlmeans globaltonemap shadhi atrous bilat colorzones lowlight monochrome filmic sigmoid
filmicrgb colisa zonesystem tonecurve levels rgblevels colorbalancergb rgbcurve relight colorcorrection sharpen
lowpass highpass grain lut3d colorcontrast colorout channelmixer soften vignette splittoning velvia clahe
finalscale overexposed rawoverexposed dither borders watermark gamma
"""  # in the order of darktable's pixel pipe

MODULES: Mapping[str, tuple[str, bytes]] = {  # version of a module's parameters, and what they are here
    "velvia": ("2", struct.pack("<2f", 25, 1)),
    "exposure": ("6", struct.pack("<i4fi", 0, 0, 1, 50, -4, 0)),
    "hazeremoval": ("1", struct.pack("<2f", 0.2, 0.2)),
    "bilat": ("3", struct.pack("<I4f", 1, 0.25, 0.5, 0.5, 0.5)),
    "bloom": ("1", struct.pack("<3f", 20, 90, 25)),
    "colorcontrast": ("2", struct.pack("<4fi", 1.2, 0, 1.5, 0, 1)),
    "graduatednd": ("1", struct.pack("<6f", 1, 0, 10, 50, 0, 0)),
    "relight": ("1", struct.pack("<3f", 0.33, 0, 4)),
    "sharpen": ("1", struct.pack("<3f", 2, 0.5, 0.5)),
    "splittoning": ("1", struct.pack("<6f", 0.3, 0.9, 0.2, 0.9, 0.3, 15)),
    "vibrance": ("2", struct.pack("<f", 25)),
}

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """A shape: its type, its points, one structure each, and the members of a group."""

    type: int
    points: Sequence[bytes] = ()
    members: Sequence[tuple[Shape, int, float]] = ()


@dataclass(frozen=True)
class Sample:
    """A mask to compare: what it belongs to in the table, its shape, and how the module blends."""

    kind: str
    name: str
    shape: Shape
    blending: Mapping[str, float] = field(default_factory=dict)


def circle(center: Point, radius: float, border: float, *, kind: int = 1) -> Shape:
    return Shape(kind, [struct.pack("<4f", *center, radius, border)])


def ellipse(center: Point, radius: Point, rotation: float, border: float, *, flags: int = 0) -> Shape:
    return Shape(32, [struct.pack("<6fi", *center, *radius, rotation, border, flags)])


def gradient(anchor: Point, rotation: float, compression: float, *, curvature: float = 0, state: int = 1) -> Shape:
    return Shape(16, [struct.pack("<6fi", *anchor, rotation, compression, 0, curvature, state)])


def path(*nodes: tuple[Point, Point, Point, Point], kind: int = 2) -> Shape:
    """Nodes are the corner, both control points and both borders."""
    return Shape(kind, [struct.pack("<8fi", *(number for pair in node for number in pair), 2) for node in nodes])


def brush(*nodes: tuple[Point, Point, Point, Point, Point]) -> Shape:
    """As `path`, with density and hardness."""
    return Shape(64, [struct.pack("<10fi", *(number for pair in node for number in pair), 2) for node in nodes])


def group(*members: tuple[Shape, int, float]) -> Shape:
    return Shape(4, members=members)


def smooth(corners: Sequence[Point], *, closed: bool, tension: float = 1 / 6) -> list[tuple[Point, Point, Point]]:
    """The corners with control points that make a smooth line."""
    n, found = len(corners), []
    for at, (x, y) in enumerate(corners):
        before = corners[(at - 1) % n if closed else max(at - 1, 0)]
        after = corners[(at + 1) % n if closed else min(at + 1, n - 1)]
        dx, dy = (after[0] - before[0]) * tension, (after[1] - before[1]) * tension
        found.append(((x, y), (x - dx, y - dy), (x + dx, y + dy)))
    return found


def sidecar_of(
    samples: Sequence[Sample],
    *,
    before: Sequence[Fields] = (),
    after: Sequence[Fields] = (),
    module: str = "velvia",
    pipe: int = 0,
    places: Mapping[str, str] | None = None,
) -> bytes:
    """An XMP of an edit with an instance of `module` for each sample, its name the sample's number.

    `pipe` is one of darktable's orders of the pixel pipe, 0 for the list above. With `places` in it for all modules
    it is an XMP of version 3.
    """
    ids, forms, steps = count(1000), list[Fields](), list[Fields]()
    for number, sample in enumerate(samples):
        root = _form(sample.shape if sample.shape.type == 4 else group((sample.shape, USE | SHOW, 1.0)), ids, forms)
        steps.append(
            _instance(module, number, blend_params(root, **{"mode": ON_AND_DRAWN} | dict(sample.blending)).hex())
        )
    listed = "" if pipe else f' darktable:iop_order_list="{_order(module, len(samples))}"'
    head = f'{DONE} darktable:iop_order_version="{pipe}"{listed}'
    return numbered(3 if places else 5, [*before, *steps, *after], forms, head=head, places=places or {})


def _order(module: str, instances: int) -> str:
    """darktable leaves out the instances that are not in the list."""
    counts = {module: instances}
    return ",".join(f"{name},{number}" for name in _MODULES.split() for number in range(counts.get(name, 1)))


def _instance(module: str, number: int, blend: str) -> Fields:
    version, params = MODULES[module]
    fields = {"operation": module, "enabled": "1", "modversion": version, "params": params.hex()}
    named = {"multi_name": f"m{number}", "multi_name_hand_edited": "1", "multi_priority": str(number)}
    return {**fields, **named, "blendop_version": "11", "blendop_params": blend}


def _form(shape: Shape, ids: Iterator[int], forms: list[Fields]) -> int:
    """Adds the shape and all that it consists of; returns its id."""
    own, points = next(ids), list(shape.points)
    for part, state, opacity in shape.members:
        points.append(member(_form(part, ids, forms), own, state=state, opacity=opacity))
    common = {"mask_version": "6", "mask_src": "0000000000000000", "mask_nb": str(len(points))}
    data = b"".join(points).hex()
    forms.append(
        {"mask_id": str(own), "mask_type": str(shape.type), "mask_name": f"#{own}", "mask_points": data, **common}
    )
    return own
