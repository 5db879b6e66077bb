"""Changing a sidecar's properties with the programs that photographers use for that."""

from __future__ import annotations

from tests.mounted.programs.case import Case, table
from tests.mounted.programs.contents import MASK
from tests.mounted.programs.desk import Desk

RATE = "exiftool -XMP-xmp:Rating=4"
NAMESPACES = "-N rdf=http://www.w3.org/1999/02/22-rdf-syntax-ns# -N xmp=http://ns.adobe.com/xap/1.0/"
RATE_WITH_XMLSTARLET = f"xmlstarlet ed -L {NAMESPACES} -u //rdf:Description/@xmp:Rating -v 4"

EXIFTOOL = [
    Case(name="exiftool", programs="exiftool", command=f'{RATE} "$F"', vanishes=True, leaves=("{}_original",)),
    Case(name="exiftool -overwrite_original", programs="exiftool", command=f'{RATE} -overwrite_original "$F"'),
    Case(
        name="exiftool -overwrite_original_in_place",
        programs="exiftool",
        command=f'{RATE} -overwrite_original_in_place "$F"',
    ),
    Case(name="exiftool -P", programs="exiftool", command=f'{RATE} -P -overwrite_original "$F"'),
    Case(
        name="exiftool -tagsFromFile",
        programs="exiftool",
        command='exiftool -overwrite_original -tagsFromFile "$NEW" -XMP-xmp:Rating "$F"',
    ),
    Case(name="exiftool changes nothing", programs="exiftool", command=f'{RATE} -if 0 "$F"', status=2, snapshots=0),
    Case(
        name="exiftool describes a mask",
        programs="exiftool",
        file=MASK,
        command='exiftool -overwrite_original -Title=Subject "$F"',
        snapshots=0,
    ),
]

OTHERS = [
    Case(name="exiv2", programs="exiv2", command='exiv2 -M"set Xmp.xmp.Rating 4" "$F"'),
    Case(
        name="exiv2 describes a mask",
        programs="exiv2",
        file=MASK,
        command='exiv2 -M"set Exif.Image.ImageDescription Subject" "$F"',
        snapshots=0,
    ),
    Case(name="xmlstarlet ed -L", programs="xmlstarlet", command=f'{RATE_WITH_XMLSTARLET} "$F"'),
    Case(name="xmllint formats", programs="xmllint", command='xmllint --format --output "$F" "$F"', snapshots=0),
    Case(name="xmllint", programs="xmllint", command='xmllint --output "$F" "$NEW"'),
]


@table([*EXIFTOOL, *OTHERS])
def test_changing_properties(case: Case, desk: Desk) -> None:
    desk.check(case)
