"""darktable's English names of its modules. Knows nothing else about them.

Source: `name()` of each module in darktable's src/iop, versions 4.2 to 5.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.darktable import Entry

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "agx": "AgX",
        "ashift": "rotate and perspective",
        "atrous": "contrast equalizer",
        "basecurve": "base curve",
        "basicadj": "basic adjustments",
        "bilat": "local contrast",
        "bilateral": "surface blur",
        "bloom": "bloom",
        "blurs": "blurs",
        "borders": "framing",
        "cacorrect": "raw chromatic aberrations",
        "cacorrectrgb": "chromatic aberrations",
        "censorize": "censorize",
        "channelmixer": "channel mixer",
        "channelmixerrgb": "color calibration",
        "clahe": "legacy local contrast",
        "clipping": "crop and rotate",
        "colisa": "contrast brightness saturation",
        "colorbalance": "color balance",
        "colorbalancergb": "color balance rgb",
        "colorchecker": "color look up table",
        "colorcontrast": "color contrast",
        "colorcorrection": "color correction",
        "colorequal": "color equalizer",
        "colorin": "input color profile",
        "colorize": "colorize",
        "colormapping": "color mapping",
        "colorout": "output color profile",
        "colorreconstruct": "color reconstruction",
        "colortransfer": "color transfer",
        "colorzones": "color zones",
        "crop": "crop",
        "defringe": "defringe",
        "demosaic": "demosaic",
        "denoiseprofile": "denoise (profiled)",
        "diffuse": "diffuse or sharpen",
        "dither": "dithering",
        "enlargecanvas": "enlarge canvas",
        "equalizer": "legacy equalizer",
        "exposure": "exposure",
        "filmic": "filmic",
        "filmicrgb": "filmic rgb",
        "finalscale": "scale into final size",
        "flip": "orientation",
        "gamma": "display encoding",
        "globaltonemap": "global tonemap",
        "graduatednd": "graduated density",
        "grain": "grain",
        "hazeremoval": "haze removal",
        "highlights": "highlight reconstruction",
        "highpass": "highpass",
        "hotpixels": "hot pixels",
        "invert": "invert",
        "lens": "lens correction",
        "levels": "levels",
        "liquify": "liquify",
        "lowlight": "lowlight vision",
        "lowpass": "lowpass",
        "lut3d": "LUT 3D",
        "mask_manager": "mask manager",
        "monochrome": "monochrome",
        "negadoctor": "negadoctor",
        "nlmeans": "astrophoto denoise",
        "overexposed": "overexposed",
        "overlay": "composite",
        "primaries": "rgb primaries",
        "profile_gamma": "unbreak input profile",
        "rasterfile": "external raster masks",
        "rawdenoise": "raw denoise",
        "rawoverexposed": "raw overexposed",
        "rawprepare": "raw black/white point",
        "relight": "fill light",
        "retouch": "retouch",
        "rgbcurve": "rgb curve",
        "rgblevels": "rgb levels",
        "rotatepixels": "rotate pixels",
        "scalepixels": "scale pixels",
        "shadhi": "shadows and highlights",
        "sharpen": "sharpen",
        "sigmoid": "sigmoid",
        "soften": "soften",
        "splittoning": "split-toning",
        "spots": "spot removal",
        "temperature": "white balance",
        "tonecurve": "tone curve",
        "toneequal": "tone equalizer",
        "tonemap": "tone mapping",
        "velvia": "velvia",
        "vibrance": "vibrance",
        "vignette": "vignetting",
        "watermark": "watermark",
        "zonesystem": "zone system",
    }
)


_OF_A_PRESET = "_builtin_"  # the prefix of a label from one of darktable's own presets, which darktable doesn't show


def title(entry: Entry) -> str:
    """The title of a module instance as in darktable: its name, then its label or number if it has one."""
    name = NAMES.get(entry.operation, entry.operation)
    label = _own_name(entry).removeprefix(_OF_A_PRESET) or (str(entry.multi_priority) if entry.multi_priority else "")
    return f"{name} {label}".rstrip()


def _own_name(entry: Entry) -> str:
    """The label that the user or darktable gave the instance; darktable 4.2 writes "0" for none."""
    return "" if entry.multi_name == "0" else entry.multi_name
