"""The order in which darktable runs the modules of an edit, also where the edit leaves it to darktable.

Source: dt_exif_xmp_read in darktable's src/common/exif.cc, dt_ioppr_get_iop_order_list in src/common/iop_order.c, and
the orders that darktable 4.2.1 had in its database after reading each version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chemigram_core.darktable import History
from chemigram_core.darktable.edit.order import LEGACY, places_in
from chemigram_core.darktable.entries import Instance, number_of
from chemigram_core.darktable.pipe_order import pipe_order
from chemigram_core.darktable.properties import IOP_ORDER_LIST, IOP_ORDER_VERSION, XMP_VERSION

_FIRST, _LAST = "rawprepare", "gamma"  # of each order that darktable takes
_LEGACY_ORDER = 1
_NUMBERED, _LISTED = 3, 4  # xmp_version: with a place for each step; with an order beside the history
_NUMBERED_BY_V30 = 3  # iop_order_version in such files
_INSTANCES_EACH = 100  # how many stand between two whole places of older files
_NO_PLACE = -1.0
_V30 = places_in(  # the later ones move nothing past a module that moves pixels
    """
    rawprepare 1 invert 2 temperature 3 rasterfile 3.1 highlights 4 cacorrect 5 hotpixels 6 rawdenoise 7
    demosaic 8 denoiseprofile 9 bilateral 10 rotatepixels 11 scalepixels 12 lens 13 cacorrectrgb 13.5
    hazeremoval 14 ashift 15 flip 16 enlargecanvas 16.5 overlay 16.7 clipping 17 liquify 18 spots 19 retouch 20
    exposure 21 mask_manager 22 tonemap 23 toneequal 24 crop 24.5 graduatednd 25 profile_gamma 26 equalizer 27
    colorin 28 channelmixerrgb 28.5 diffuse 28.5 censorize 28.5 negadoctor 28.5 blurs 28.5 primaries 28.5
    nlmeans 29 colorchecker 30 defringe 31 atrous 32 lowpass 33 highpass 34 sharpen 35 colortransfer 37
    colormapping 38 channelmixer 39 basicadj 40 colorbalance 41 colorequal 41.2 colorbalancergb 41.5 rgbcurve 42
    rgblevels 43 basecurve 44 filmic 45 sigmoid 45.3 agx 45.5 filmicrgb 46 lut3d 36 colisa 47 tonecurve 48
    levels 49 shadhi 50 zonesystem 51 globaltonemap 52 relight 53 bilat 54 colorcorrection 55 colorcontrast 56
    velvia 57 vibrance 58 colorzones 60 bloom 61 colorize 62 lowlight 63 monochrome 64 grain 65 soften 66
    splittoning 67 vignette 68 colorreconstruct 69 colorout 70 clahe 71 finalscale 72 overexposed 73
    rawoverexposed 74 dither 75 borders 76 watermark 77 gamma 78
    """
)


class Pipe:
    """The instances of all modules in the order in which darktable runs them."""

    def __init__(self, instances: Iterable[Instance]) -> None:
        self._places = {instance: place for place, instance in enumerate(instances)}

    @classmethod
    def of(cls, history: History) -> Pipe:
        """That of an edit."""
        version = number_of(history.beside, XMP_VERSION) or 0
        if version >= _LISTED:
            return cls(_listed(history))
        return cls(_taken(_numbered(history) if version == _NUMBERED else _grouped(history)))

    def is_before(self, instance: Instance, operation: str) -> bool:
        """Whether an instance works on what a module of which there is one has not changed yet."""
        last = len(self._places)
        return self._places.get(instance, last) < self._places.get((operation, 0), last)


def _listed(history: History) -> Sequence[Instance]:
    if IOP_ORDER_LIST in history.beside:
        return _taken(pipe_order(history.beside))
    version = number_of(history.beside, IOP_ORDER_VERSION)
    return _sorted(_places(LEGACY if version in (None, _LEGACY_ORDER) else _V30))


def _taken(instances: Sequence[Instance]) -> Sequence[Instance]:
    """darktable takes the order of v3.0 instead of one with another begin or end."""
    is_plausible = bool(instances) and (instances[0][0], instances[-1][0]) == (_FIRST, _LAST)
    return instances if is_plausible else _sorted(_places(_V30))


def _numbered(history: History) -> Sequence[Instance]:
    """Each step has a place among those of the modules without one."""
    version = number_of(history.beside, IOP_ORDER_VERSION) or _LEGACY_ORDER
    places = _places(LEGACY if version < _NUMBERED_BY_V30 else _V30)
    for entry in history.entries:
        places.pop(entry.instance, None)
        places[entry.instance] = entry.iop_order or _NO_PLACE
    return _sorted(places)


def _grouped(history: History) -> Sequence[Instance]:
    """All instances of a module are together, the later ones first."""
    places = _places(LEGACY)
    for operation, priority in history.instances:
        places[operation, priority] = LEGACY.get(operation, _NO_PLACE) - priority / _INSTANCES_EACH
    return _sorted(places)


def _places(order: Mapping[str, float]) -> dict[Instance, float]:
    return {(operation, 0): place for operation, place in order.items()}


def _sorted(places: Mapping[Instance, float]) -> Sequence[Instance]:
    return sorted(places, key=lambda instance: places[instance])
