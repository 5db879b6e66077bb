"""The order of the pixel pipe for the modules that a history is about. Knows no list of all modules but the oldest.

Source: what darktable 4.2.1 and 5.4.1 write after they have read each version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from chemigram_core.darktable import properties as names
from chemigram_core.darktable.entries import Entry, Instance
from chemigram_core.darktable.history import History
from chemigram_core.xmp.model import Properties, Value

_LEGACY_VERSION, _V3_RAW, _V5_RAW = "1", "2", "4"
_MODULES = (
    "rawprepare invert temperature rasterfile highlights cacorrect hotpixels rawdenoise demosaic denoiseprofile"
    " tonemap exposure spots retouch lens cacorrectrgb ashift liquify rotatepixels scalepixels flip enlargecanvas"
    " clipping toneequal crop overlay graduatednd basecurve bilateral profile_gamma hazeremoval colorin"
    " channelmixerrgb diffuse censorize negadoctor blurs basicadj primaries colorreconstruct colorchecker defringe"
    " equalizer vibrance colorbalance colorequal colorbalancergb colorize colortransfer colormapping bloom nlmeans"
    " globaltonemap shadhi atrous bilat colorzones lowlight monochrome sigmoid agx filmic filmicrgb colisa"
    " zonesystem tonecurve levels rgblevels rgbcurve relight colorcorrection sharpen lowpass highpass grain lut3d"
    " colorcontrast colorout channelmixer soften vignette splittoning velvia clahe finalscale overexposed"
    " rawoverexposed dither borders watermark gamma"
)
LEGACY_ORDER = _MODULES.split()
_PLACES = {operation: place for place, operation in enumerate(LEGACY_ORDER)}


def order_of(history: History, properties: Properties) -> dict[str, Value]:
    """IOP_ORDER_LIST with the instances in use, or IOP_ORDER_VERSION where an order is known by its name alone.

    A list is what darktable follows where there is one. v5.0 RAW differs from v3.0 RAW only in where the picture is
    scaled. What names no order is older than them all, and has the legacy one.
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
