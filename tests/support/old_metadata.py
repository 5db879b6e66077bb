"""What people say about an image, as one program or another writes it: attributes and elements of a description."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.packets import array, languages

ROME = 'exif:GPSLatitude="41,53.4{}N" exif:GPSLongitude="12,29.5{}E" exif:GPSVersionID="2.2.0.0"'
_TAGS = array("lr:hierarchicalSubject", "Bag", "places|Rome", "lake")
METADATA: Mapping[str, tuple[str, str]] = {
    "keywords in a sequence": (
        "",
        array("dc:subject", "Seq", "lake", "dawn") + array("lr:hierarchicalSubject", "Seq", "lake", "dawn"),
    ),
    "keywords in a bag": (
        "",
        array("dc:subject", "Bag", "lake", "dawn") + array("lr:hierarchicalSubject", "Bag", "lake", "dawn"),
    ),
    "keywords alone": ("", array("dc:subject", "Bag", "lake", "dawn")),
    "keywords alone in a sequence": ("", array("dc:subject", "Seq", "lake", "dawn")),
    "a plain keyword": ('dc:subject="lake"', ""),
    "tags alone": ("", _TAGS),
    "tags with their last words": ("", _TAGS + array("dc:subject", "Bag", "Rome", "lake")),
    "tags with all their words": ("", _TAGS + array("dc:subject", "Bag", "places", "Rome", "lake")),
    "a keyword twice": ("", array("dc:subject", "Bag", "lake", "lake")),
    "plain title": ('dc:title="Lake"', ""),
    "title in the default language": ("", languages("dc:title", default="Lake")),
    "title without a language": ("", array("dc:title", "Alt", "Lake")),
    "title in a bag": ("", array("dc:title", "Bag", "Lake")),
    "title with spaces": ("", languages("dc:title", default="  Lake ")),
    "empty title": ('dc:title=""', ""),
    "plain rights and description": ('dc:rights="Own" dc:description="A lake"', ""),
    "plain creator and publisher": ('dc:creator="A. Person" dc:publisher="A. House"', ""),
    "creator in a bag": ("", array("dc:creator", "Bag", "A. Person")),
    "publisher in a sequence": ("", array("dc:publisher", "Seq", "A. House")),
    "other lists as texts": ('dc:language="de" dc:type="image" dc:relation="r" dc:date="2020-05-06"', ""),
    "usage terms without a language": ("", array("xmpRights:UsageTerms", "Bag", "Ask")),
    "usage terms in two languages": ("", languages("xmpRights:UsageTerms", default="Ask", de="Frag")),
    "comment of the camera": ('exif:UserComment="seen"', ""),
    "languages in other cases": ("", "<own:note xml:lang='DE-de'>Notiz</own:note>\n"),
    "notes with spaces": ('acdsee:notes=" n " darktable:version_name="dark "', ""),
    "empty notes": ('acdsee:notes="" darktable:version_name=""', ""),
    "color labels in a bag": ("", array("darktable:colorlabels", "Bag", "3", "1")),
    "label of another program": ('xmp:Label="Red"', ""),
    "position": (ROME.format("", ""), ""),
    "position with nine digits": (ROME.format("00123456", "99987654"), ""),
    "position without its version": (ROME.format("", "").replace('exif:GPSVersionID="2.2.0.0"', ""), ""),
    "position in whole seconds": ('exif:GPSLatitude="41,53,24N" exif:GPSLongitude="12,29,30W"', ""),
    "altitude in hundredths": (ROME.format("", "") + ' exif:GPSAltitude="0/100" exif:GPSAltitudeRef="0"', ""),
    "time of the position": ('exif:GPSTimeStamp="07:08:09" exif:DateTimeOriginal="2020-05-06T07:08:09"', ""),
    "time of the position in full": ('exif:GPSTimeStamp="2020-05-06T07:08:09Z"', ""),
    "namespace without a slash": ('photo:Rating="4" own:field="1"', ""),
    "namespace without a slash, inside": (
        "",
        "<own:outer rdf:parseType='Resource'><own:field>1</own:field></own:outer>\n",
    ),
    "identifier as the subject": ('rdf:about="uuid:bac965c4-9d87-11d9-9a30-000d936b79c4"', ""),
    "other subject": ('rdf:about="urn:other"', ""),
    "reference": ("", "<own:see rdf:resource='http://example.org/'/>\n"),
    "empty texts in a list": ("", array("own:list", "Bag", "", "a", "")),
    "empty lists": ("", array("own:list", "Bag") + array("dc:title", "Alt") + array("dc:subject", "Bag")),
    "copyright of sound": ('xmpDM:copyright="C"', languages("dc:rights", default="R")),
    "settings of other programs": ('crs:Version="12.0" crs:Exposure2012="+0.50" digiKam:ColorLabel="3"', ""),
    "two creators": ("", array("dc:creator", "Seq", "A. Person", "B. Person")),
    "title in two languages": ("", languages("dc:title", default="Lake", de="See")),
    "title in one language": ("", languages("dc:title", de="See")),
    "a keyword that no tag has": ("", _TAGS + array("dc:subject", "Bag", "Rome", "lake", "dawn")),
    "latitude alone": ('exif:GPSLatitude="41,53.4N"', ""),
    "label against color labels": ('xmp:Label="Red"', array("darktable:colorlabels", "Seq", "3")),
}
