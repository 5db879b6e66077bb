#!/usr/bin/env python3
"""Print the table of namespaces, as it is in core/chemigram_core/xmp/namespaces.txt.

    pip install exiv2                               # Python's interface to the library of that name, with the library
    python scripts/namespaces.py [FOLDER] > FILE    # FOLDER: Perl modules of another exiftool than the installed one

The table is part of the canonical form and closed: this shows where it came from. Each namespace is asked for in three
places, and the first that names it decides. A prefix belongs to the first namespace that takes it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator

# Namespaces by the prefix that their publishers write. exiftool does not know them, or it has a prefix of its own for
# them, or it has their prefix for a namespace whose fields it finds under any prefix.
PUBLISHED = {
    "Attrib": "http://ns.attribution.com/ads/1.0/",  # Meta
    "Camera": "http://pix4d.com/camera/1.0/",  # Pix4D, in the pictures of drones
    "Container": "http://ns.google.com/photos/1.0/container/",  # motion photos and gain maps; exiftool: GContainer
    "FLIR": "http://ns.flir.com/xmp/1.0/",
    "GIMP": "http://www.gimp.org/xmp/",
    "Item": "http://ns.google.com/photos/1.0/container/item/",  # exiftool: GItem
    "MY": "http://ns.mylollc.com/MyloEdit/",  # Mylio
    "MiCamera": "http://ns.xiaomi.com/photos/1.0/camera/",
    "OpCamera": "http://ns.oplus.com/photos/1.0/camera/",
    "avm": "http://www.communicatingastronomy.org/avm/1.0/",  # Astronomy Visualization Metadata
    "blay": "http://www.bibblelabs.com/BibbleLayers/5.0/",  # Bibble and AfterShot
    "bopt": "http://www.bibblelabs.com/BibbleOpt/5.0/",
    "bset": "http://www.bibblelabs.com/BibbleSettings/5.0/",
    "chemigram": "urn:chemigram:ns:1.0/",
    "darktable": "http://darktable.sf.net/",
    "dmf": "http://www.bibblelabs.com/DigitalMasterFile/1.0/",
    "dmfversion": "http://www.bibblelabs.com/DigitalMasterFileVersion/1.0/",
    "fstop": "http://www.fstopapp.com/xmp/",  # F-Stop
    "fwc": "http://ns.fotoware.com/iptcxmp-custom/1.0/",  # FotoWare
    "fwl": "http://ns.fotoware.com/iptcxmp-legacy/1.0/",
    "fwr": "http://ns.fotoware.com/iptcxmp-reserved/1.0/",
    "fwu": "http://ns.fotoware.com/iptcxmp-user/1.0/",
    "illustrator": "http://ns.adobe.com/illustrator/1.0/",
    "onone": "http://www.ononesoftware.com/vcb/1.0/",
}
# What exiftool knows from its start, and what its tables of tags and structures tell it while it reads.
EXIFTOOL = r"""
require Image::ExifTool;
require Image::ExifTool::XMP;
sub look {
    my $in = shift;
    if (ref $in eq 'ARRAY') { look($_) foreach @$in }
    return if ref $in ne 'HASH' or $seen{$in}++;
    foreach my $key (sort keys %$in) {
        my $value = $$in{$key};
        if ($key eq 'TagTable') { look(Image::ExifTool::GetTagTable($value)) }
        elsif (lc $key ne 'namespace' or ref $value ne 'HASH') { look($value) }
        else { $found{"$_ $$value{$_}\n"} = 1 foreach keys %$value }
    }
}
look(\%Image::ExifTool::XMP::Main);
my $known = \%Image::ExifTool::XMP::nsURI;
$found{"$_ $$known{$_}\n"} = 1 foreach keys %$known;
print "$Image::ExifTool::VERSION\n", sort keys %found;
"""
HEAD = """\
# The namespaces that have a prefix of their own: prefix, URI, and which source decided (docs/canonical-xmp.md, rule 4).
# Printed by scripts/namespaces.py from exiv2 {}, what publishers write, and exiftool {}.
# Part of the canonical form, and so closed: a line more or less would change identifiers.
"""


def main() -> None:
    exiv2_version, exiv2 = of_exiv2()
    exiftool_version, exiftool = of_exiftool(sys.argv[1:])
    sources = {"exiv2": exiv2, "publisher": PUBLISHED.items(), "exiftool": exiftool}
    print(HEAD.format(exiv2_version, exiftool_version), end="")
    print(*sorted(lines(sources)), sep="\n")


def lines(sources: dict[str, Iterable[tuple[str, str]]]) -> Iterator[str]:
    prefixes, uris = set[str](), set[str]()
    for source, names in sources.items():
        for prefix, uri in names:
            if prefix in prefixes or uri in uris:
                continue
            prefixes.add(prefix)
            uris.add(uri)
            yield f"{prefix} {uri} {source}"


def of_exiv2() -> tuple[str, Iterable[tuple[str, str]]]:
    """Its version, and the namespaces that it registers when it starts."""
    import exiv2

    return exiv2.version(), exiv2.XmpProperties.registeredNamespaces().items()


def of_exiftool(folders: list[str]) -> tuple[str, Iterable[tuple[str, str]]]:
    """Its version, and the namespaces that its Perl modules name."""
    include = [f"-I{folder}" for folder in folders]
    run = subprocess.run(["perl", *include, "-e", EXIFTOOL], check=True, capture_output=True, text=True)
    version, *found = run.stdout.splitlines()
    return version, [(prefix, uri) for prefix, uri in map(str.split, found)]


if __name__ == "__main__":
    main()
