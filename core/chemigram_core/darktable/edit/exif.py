"""Numbers, times and positions of Exif, which exiv2 and darktable write in their own spelling. Knows no bytes.

Source: what exiv2 0.27.6, darktable 4.2.1 and 5.4.1 write after they have read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType

from chemigram_core.xmp.model import Array, Properties, Struct, Value

_ALTITUDE, _TIME, _FLASH = "exif:GPSAltitude", "exif:GPSTimeStamp", "exif:Flash"
_DATES = ("exif:DateTimeOriginal", "exif:DateTimeDigitized")
_LATITUDES = ("exif:GPSLatitude", "exif:GPSDestLatitude")
_LONGITUDES = ("exif:GPSLongitude", "exif:GPSDestLongitude")
_SHORT, _LONG = 1 << 16, 1 << 32  # the number of values of unsigned Exif types
_WHOLE_NUMBERS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *("exif:ColorSpace", "exif:Contrast", "exif:CustomRendered", "exif:ExposureMode"),
                *("exif:ExposureProgram", "exif:FocalLengthIn35mmFilm", "exif:FocalPlaneResolutionUnit"),
                *("exif:GPSDifferential", "exif:GainControl", "exif:ISOSpeedRatings", "exif:LightSource"),
                *("exif:MeteringMode", "exif:Saturation", "exif:SceneCaptureType", "exif:SensingMethod"),
                *("exif:Sharpness", "exif:SubjectDistanceRange", "exif:WhiteBalance"),
            ),
            _SHORT,
        ),
        **dict.fromkeys(("exif:PixelXDimension", "exif:PixelYDimension"), _LONG),
    }
)
_SEQUENCES = frozenset(("exif:ComponentsConfiguration", "exif:ISOSpeedRatings", "exif:SubjectArea"))
_OFF: Mapping[str, Value] = MappingProxyType(
    {
        "exif:Fired": "False",
        "exif:Function": "False",
        "exif:Mode": "0",
        "exif:RedEyeMode": "False",
        "exif:Return": "0",
    }
)
_WHOLE = re.compile(r" *([+-]?[0-9]{1,10})", re.ASCII)
_RATIONAL = re.compile(r" *([+-]?[0-9]{1,10})/([0-9]{1,10})", re.ASCII)
_DECIMAL = re.compile(r"([0-9]{1,10})(\.[0-9]{1,10})?", re.ASCII)
_ANGLE = r"[0-9]{1,2}(?:\.[0-9]{1,20})?"
_POSITION = re.compile(rf"([0-9]{{1,3}}),({_ANGLE})(?:,({_ANGLE}))? ?([NSEW]?)", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(
    rf"(?:({_DATE.pattern})T|T?)([0-9]{{1,2}}):([0-9]{{2}})(?::([0-9]{{2}}(?:\.[0-9]{{1,9}})?))?(Z|[+-][0-9]{{2}}:[0-9]{{2}})?",
    re.ASCII,
)


def exif_read(properties: Properties) -> dict[str, Value]:
    """The same properties with one spelling for each number, time and position."""
    read = dict(properties)
    for name, value in properties.items():
        if name[:5] == "exif:" and name not in _DATES:
            read[name] = _exif(name, value, properties)
    return read


def _exif(name: str, value: Value, properties: Properties) -> Value:
    match value:
        case str() if name in _SEQUENCES:
            return Array("Seq", (_number(name, value),))
        case str():
            return _READERS.get(name, _number)(name, value, properties)
        case Array("Bag" | "Seq", items) if name in _SEQUENCES:
            return Array("Seq", tuple([_number(name, item) if isinstance(item, str) else item for item in items]))
        case Struct(fields) if name == _FLASH:
            return Struct({**_OFF, **fields})
    return value


def _number(name: str, text: str, properties: Properties | None = None) -> str:
    """A whole number that its tag can hold (-1 is the greatest), or a rational one in its lowest terms."""
    if name in _WHOLE_NUMBERS and (found := _WHOLE.fullmatch(text)):
        return str(int(found[1]) % _WHOLE_NUMBERS[name])
    number = _rational(text)
    return text if number is None else f"{number.numerator}/{number.denominator}"


def _rational(text: str) -> Fraction | None:
    found = _RATIONAL.fullmatch(text)
    return Fraction(int(found[1]), int(found[2])) if found and int(found[2]) else None


def _altitude(name: str, text: str, properties: Properties) -> str:
    """In tenths of a metre, of which darktable keeps the whole ones."""
    number = Fraction(text) if _DECIMAL.fullmatch(text) else _rational(text)
    return text if number is None or number < 0 else f"{math.floor(number * 10)}/10"


def _latitude(name: str, text: str, properties: Properties) -> str:
    return _position(text, properties.get(f"{name}Ref"), "NS")


def _longitude(name: str, text: str, properties: Properties) -> str:
    return _position(text, properties.get(f"{name}Ref"), "EW")


def _position(text: str, reference: Value | None, directions: str) -> str:
    """Degrees and minutes to a millionth, calculated in doubles as darktable does; nothing is south of 0."""
    found = _POSITION.fullmatch(text.upper())
    direction = found and (found[4] or (reference.upper() if isinstance(reference, str) else ""))
    if not found or not direction or direction not in directions:
        return text
    angle = int(found[1]) + float(found[2]) / 60 + float(found[3] or 0) / 3600
    degrees, minutes = math.floor(angle), f"{(angle - math.floor(angle)) * 60:.6f}"
    if minutes == "60.000000":
        degrees, minutes = degrees + 1, "0.000000"
    return f"{degrees},{minutes}{direction if degrees or float(minutes) else directions[0]}"


def _time(name: str, text: str, properties: Properties) -> str:
    """In UTC to a thousandth of a second; a time without a day is on the day of the image."""
    found = _MOMENT.fullmatch(text)
    if not found:
        return text
    date, hours, minutes, seconds, zone = found.groups()
    day = _day(properties) if date is None else date
    clock = f"{int(hours):02}:{minutes}:{float(seconds or 0):06.3f}"
    return f"{day}T{clock}{'Z' if zone in (None, '+00:00', '-00:00') else zone}"


def _day(properties: Properties) -> str:
    """Of the first date that the packet has, if it is one of XMP."""
    date = next((date for name in _DATES if (date := properties.get(name)) is not None), None)
    found = _DATE.match(date) if isinstance(date, str) else None
    return found[0] if found else ""


_Reader = Callable[[str, str, Properties], str]
_READERS: Mapping[str, _Reader] = MappingProxyType(
    {
        _ALTITUDE: _altitude,
        _TIME: _time,
        **dict.fromkeys(_LATITUDES, _latitude),
        **dict.fromkeys(_LONGITUDES, _longitude),
    }
)
