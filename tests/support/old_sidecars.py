"""Sidecars in the shape of each version of darktable and of other programs, each with one thing to be read in it.

Facts about the shapes: darktable's src/common/exif.cc. Modules and parameters are such that no version migrates them.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Mapping, Sequence

from tests.support.blend_params import ON_AND_DRAWN, blend_params, member
from tests.support.old_metadata import METADATA
from tests.support.packets import Fields, packet, rows, texts

Steps = Sequence[Fields]
HEAD = 'xmp:Rating="1" darktable:raw_params="0"'
DONE = 'darktable:auto_presets_applied="1"'
V3_RAW = 'darktable:iop_order_version="2"'
PLACES = {"sharpen": "47.0", "velvia": "43.0", "flip": "12.0", "bloom": "30.0"}
MASK, CIRCLE = 102, 101


def blending(mask: int = 0) -> str:
    """Blending parameters, version 11."""
    data = blend_params(mask, mode=ON_AND_DRAWN if mask else 0)
    return f"gz14{base64.b64encode(zlib.compress(data)).decode()}"


def step(operation: str, *, priority: int = 0, name: str = "", enabled: str = "1", mask: int = 0) -> Fields:
    """One step with its module's parameters."""
    modversion, params = {
        "sharpen": ("1", struct.pack("<3f", 2.0, 0.5, 0.5)),
        "velvia": ("2", struct.pack("<2f", 25.0, 1.0)),
        "flip": ("2", struct.pack("<i", 5)),
        "bloom": ("1", struct.pack("<3f", 20.0, 90.0, 25.0)),
    }[operation]
    fields = {"operation": operation, "enabled": enabled, "modversion": modversion, "params": params.hex()}
    named = {"multi_name": name, "multi_priority": str(priority)}
    return {**fields, **named, "blendop_version": "11", "blendop_params": blending(mask)}


def shapes() -> Steps:
    """A circle, and the group through which a module uses it."""
    common = {"mask_version": "6", "mask_nb": "1", "mask_src": "0000000000000000"}
    members = member(CIRCLE, MASK).hex()
    points = struct.pack("<4f", 0.5, 0.5, 0.2, 0.05).hex()
    return [
        {"mask_id": str(CIRCLE), "mask_type": "1", "mask_name": "circle #1", "mask_points": points, **common},
        {
            "mask_id": str(MASK),
            "mask_type": "4",
            "mask_name": "grp bloom",
            "mask_points": members,
            **common,
        },
    ]


def version_1(kind: str, steps: Steps, forms: Steps = (), end: int | None = None, *, head: str = DONE) -> bytes:
    """A list for each field, in a sequence or a bag. It has no end of the history."""
    prefixed = {"operation": "history_operation", "enabled": "history_enabled"}
    prefixed |= {"modversion": "history_modversion", "params": "history_params"}
    columns = "".join(texts(prefixed.get(name, name), kind, [each[name] for each in steps]) for name in steps[0])
    return packet(f'{HEAD} {head} darktable:xmp_version="1"', columns + parallel_forms(kind, forms))


def version_2(steps: Steps, forms: Steps = (), end: int | None = None, *, head: str = DONE) -> bytes:
    """Steps without numbers; the drawn shapes in lists."""
    counted = f'darktable:history_end="{len(steps) if end is None else end}" darktable:xmp_version="2"'
    return packet(f"{HEAD} {head} {counted}", rows("history", steps) + parallel_forms("Seq", forms))


def parallel_forms(kind: str, forms: Steps) -> str:
    names = {"mask_points": "mask"}
    return "".join(texts(names.get(name, name), kind, [form[name] for form in forms]) for name in (*forms, {})[0])


def numbered(
    version: int,
    steps: Steps,
    forms: Steps = (),
    end: int | None = None,
    *,
    head: str = f"{DONE} {V3_RAW}",
    inside: str = "",
    places: Mapping[str, str] = PLACES,
) -> bytes:
    """Versions 3 to 5: steps with numbers, in 3 with places in the pipe; shapes say from which step they are valid."""
    counted = [
        {
            "num": str(num),
            **each,
            **({"iop_order": places[each["operation"]]} if version == 3 and each["operation"] in places else {}),
        }
        for num, each in enumerate(steps)
    ]
    valid = [{"mask_num": "0", **form} for form in forms]
    ended = f'darktable:history_end="{len(steps) if end is None else end}" darktable:xmp_version="{version}"'
    return packet(f"{HEAD} {head} {ended}", rows("masks_history", valid) + rows("history", counted) + inside)


def every_version(steps: Steps, forms: Steps = (), end: int | None = None) -> dict[str, bytes]:
    """One history in all shapes that can hold it."""
    found = {f"version {version}": numbered(version, steps, forms, end) for version in (3, 4, 5)}
    found["version 2"] = version_2(steps, forms, end)
    if end is None:
        found |= {f"version 1 {kind}": version_1(kind, steps, forms) for kind in ("Bag", "Seq")}
    return found


TWO = [step("sharpen"), step("velvia")]
_LIST = "rawprepare,0,sharpen,0,velvia,0,flip,0,bloom,0,gamma,0"
_HISTORIES: Mapping[str, Mapping[str, bytes]] = {
    "two steps": every_version(TWO),
    "switched off": every_version([step("sharpen", enabled="0"), step("velvia")]),
    "undone": every_version([*TWO, step("flip")], end=2),
    "a step again": every_version([*TWO, step("sharpen", enabled="0")]),
    "instances": every_version([step("sharpen"), step("bloom"), step("bloom", priority=1), step("bloom", priority=2)]),
    "named": every_version([step("sharpen"), step("bloom", priority=1, name="dark")]),
    "drawn": every_version([step("bloom", mask=MASK), step("sharpen")], shapes()),
    "end above": {"version 2": version_2(TWO, end=9), "version 5": numbered(5, TWO, end=9)},
    "no order": {
        **{f"version {version}": numbered(version, TWO, head=DONE) for version in (4, 5)},
        "unlike a list": numbered(5, TWO, head=f'{DONE} darktable:iop_order_list="{_LIST}"'),
    },
    "no flags": {f"version {version}": numbered(version, TWO, head=V3_RAW) for version in (4, 5)},
}
SIDECARS: Mapping[str, bytes] = {
    **{f"{name}, {shape}": data for name, shapes in _HISTORIES.items() for shape, data in shapes.items()},
    **{
        name: numbered(5, [step("sharpen")], head=f"{DONE} {V3_RAW} {attributes}", inside=inside)
        for name, (attributes, inside) in METADATA.items()
    },
}
