"""The order of the pixel pipe for the modules of a history. Knows only the oldest list of all modules.

Source: what darktable 4.2.1 and 5.4.1 write after they have read each version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from chemigram_core.darktable import properties as names
from chemigram_core.darktable.entries import Entry, Instance
from chemigram_core.darktable.history import History
from chemigram_core.xmp.model import Properties, Value

_LEGACY_VERSION, _V3_RAW, _V5_RAW = "1", "2", "4"


def places_in(text: str) -> Mapping[str, float]:
    """Modules, each with the number that xmp_version 3 gives its place; of equal ones the first runs first."""
    words = text.split()
    return MappingProxyType({name: float(place) for name, place in zip(words[::2], words[1::2], strict=True)})


LEGACY = places_in(  # legacy_order in src/common/iop_order.c
    """
    rawprepare 1 invert 2 temperature 3 rasterfile 3.1 highlights 4 cacorrect 5 hotpixels 6 rawdenoise 7
    demosaic 8 mask_manager 9 denoiseprofile 10 tonemap 11 exposure 12 spots 13 retouch 14 lens 15
    cacorrectrgb 15.5 ashift 16 liquify 17 rotatepixels 18 scalepixels 19 flip 20 enlargecanvas 20.5 clipping 21
    toneequal 21.5 crop 21.7 overlay 21.9 graduatednd 22 basecurve 23 bilateral 24 profile_gamma 25
    hazeremoval 26 colorin 27 channelmixerrgb 27.5 diffuse 27.5 censorize 27.5 negadoctor 27.5 blurs 27.5
    basicadj 27.5 primaries 27.5 colorreconstruct 28 colorchecker 29 defringe 30 equalizer 31 vibrance 32
    colorbalance 33 colorequal 33.2 colorbalancergb 33.5 colorize 34 colortransfer 35 colormapping 36 bloom 37
    nlmeans 38 globaltonemap 39 shadhi 40 atrous 41 bilat 42 colorzones 43 lowlight 44 monochrome 45
    sigmoid 45.3 agx 45.5 filmic 46 filmicrgb 46.5 colisa 47 zonesystem 48 tonecurve 49 levels 50 rgblevels 50.2
    rgbcurve 50.5 relight 51 colorcorrection 52 sharpen 53 lowpass 54 highpass 55 grain 56 lut3d 56.5
    colorcontrast 57 colorout 58 channelmixer 59 soften 60 vignette 61 splittoning 62 velvia 63 clahe 64
    finalscale 65 overexposed 66 rawoverexposed 67 dither 67.5 borders 68 watermark 69 gamma 71
    """
)
LEGACY_ORDER = [operation for operation in LEGACY if operation != names.MASK_MANAGER]
_PLACES = {operation: place for place, operation in enumerate(LEGACY_ORDER)}


def order_of(history: History, properties: Properties) -> dict[str, Value]:
    """IOP_ORDER_LIST with the instances in use, or IOP_ORDER_VERSION where an order is known by its name alone.

    darktable follows the list if there is one. v5.0 RAW differs from v3.0 RAW only in the position of the final
    scaling. A packet without an order is older than all of them, and has the legacy order.
    """
    if not history.entries:
        return {}
    last = {entry.instance: entry for entry in history.entries if entry.operation != names.MASK_MANAGER}
    if not [entry for entry in history.entries if names.NUM in entry.fields]:
        return _legacy(last)
    if isinstance(order := properties.get(names.IOP_ORDER_LIST), str) and order:
        words, used = order.split(","), {(operation, str(priority)) for operation, priority in last}
        return _list(",".join(pair) for pair in zip(words[::2], words[1::2], strict=False) if pair in used)
    placed = [entry for entry in last.values() if names.IOP_ORDER in entry.fields and _has_place(entry)]
    if last and len(placed) == len(last):
        return _instances(sorted(last, key=lambda instance: last[instance].iop_order or 0.0))
    version = properties.get(names.IOP_ORDER_VERSION, _LEGACY_VERSION)
    return {names.IOP_ORDER_VERSION: _V3_RAW if version == _V5_RAW else version}


def _legacy(used: Collection[Instance]) -> dict[str, Value]:
    """xmp_version 1 and 2: the later an instance was made, the earlier it comes; darktable lists them then."""
    unknown = {operation for operation, _ in used} - _PLACES.keys()
    if unknown or all(priority == 0 for _, priority in used):
        return {names.IOP_ORDER_VERSION: _LEGACY_VERSION}
    return _instances(sorted(used, key=lambda instance: (_PLACES[instance[0]], -instance[1])))


def _has_place(entry: Entry) -> bool:
    """xmp_version 3 gives each step a number; darktable takes only those above 0."""
    return (entry.iop_order or 0.0) > 0


def _instances(instances: Iterable[Instance]) -> dict[str, Value]:
    return _list(f"{operation},{priority}" for operation, priority in instances)


def _list(instances: Iterable[str]) -> dict[str, Value]:
    return {names.IOP_ORDER_LIST: ",".join(instances)}
