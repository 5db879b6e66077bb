"""Other programs find the same in the canonical form as in the original, for every namespace in the table.

exiftool writes the originals of the namespaces whose tags it knows, with all of them: texts, lists and structures. The
others, and these once more, are written here.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from chemigram_core.sidecar import canonicalize
from chemigram_core.xmp.namespaces import KNOWN

pytestmark = pytest.mark.needs_program("exiv2", "exiftool")

OURS = sorted(KNOWN.keys() - {"rdf", "x", "xml"})  # those three are the document's own
VALUES = {  # by exiftool's types of tags
    "boolean": "True",
    "date": "2026:05:01 10:00:00",
    "integer": "1",
    "lang-alt": "T",
    "rational": "1/2",
    "real": "1.5",
    "string": "text",
}
# What is no tag of a namespace: the files themselves, and the program that wrote them.
NOT_COMPARED = ("SourceFile", "XMP-x:XMPToolkit")
# exiftool reads no attributes of these two: one is of its own listings, the other of drawings.
NO_ATTRIBUTES = {"own-et.xmp", "own-svg.xmp"}
# exiftool has a prefix of its own for the container of Google's pictures, and the container's, item's and camera's in
# Google's Device are the prefixes of other namespaces. It finds the tags of both all the same; exiv2 shows the prefix.
SHARING = {"XMP-Device.xmp", "XMP-GContainer.xmp"}
OWN = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:{0}="{1}">
<{0}:Plain>1</{0}:Plain><{0}:Many><rdf:Bag><rdf:li>b</rdf:li><rdf:li>a</rdf:li></rdf:Bag></{0}:Many>
<{0}:Said><rdf:Alt><rdf:li xml:lang="x-default">T</rdf:li></rdf:Alt></{0}:Said>
<{0}:Parts rdf:parseType="Resource"><{0}:one>1</{0}:one><{0}:two>2</{0}:two></{0}:Parts>
<xmpMM:History xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">
<rdf:Seq><rdf:li rdf:parseType="Resource"><{0}:changed>/metadata</{0}:changed></rdf:li></rdf:Seq></xmpMM:History>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files: `own-PREFIX.xmp` for each namespace, `XMP-GROUP.xmp` for each group of exiftool's tags."""
    folder = tmp_path_factory.mktemp("originals")
    for prefix in OURS:
        (folder / f"own-{prefix}.xmp").write_text(OWN.format(prefix, KNOWN[prefix]))
    words = "".join(f"{word}\n" for word in words_to_write(folder))
    subprocess.run(["exiftool", "-@", "-"], input=words, capture_output=True, text=True, check=False)
    return folder


def words_to_write(folder: Path) -> Iterator[str]:
    """exiftool's arguments, by which it writes one file after the other; values that it will not take it leaves out."""
    listing = etree.fromstring(run("exiftool", "-f", "-s", "-listx", "-XMP:all").encode())
    for table in listing.iterfind("table"):
        tags = [tag for tag in table.iterfind("tag[@writable='true']") if tag.get("type") in VALUES]
        group = table.get("g1", "")
        if not tags or group in ("XMP-rdf", "XMP-x"):
            continue
        yield from (f"-{group}:{tag.get('name')}={VALUES[tag.get('type', '')]}" for tag in tags)
        yield from ("-m", "-q", str(folder / f"{group}.xmp"), "-execute")


@pytest.fixture(scope="module")
def canonical(originals: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the canonical form of each original, under the same name."""
    folder = tmp_path_factory.mktemp("canonical")
    for path in originals.iterdir():
        (folder / path.name).write_bytes(canonicalize(path.read_bytes()))
    return folder


def test_exiftool_reads_the_same_tags(originals: Path, canonical: Path) -> None:
    before, after = exiftool_tags(originals), exiftool_tags(canonical)
    assert len(before) >= len(OURS) + 60
    assert sum(map(len, before.values())) > 2000
    assert {name for name in before if before[name] != after[name]} <= NO_ATTRIBUTES


def test_exiv2_reads_the_same_values(originals: Path, canonical: Path) -> None:
    before, after = exiv2_values(originals), exiv2_values(canonical)
    assert len(before) >= len(OURS) + 60
    assert {name for name in before if before[name] != after[name]} <= SHARING


def exiftool_tags(folder: Path) -> dict[str, dict[str, object]]:
    """Each file's tags, with their groups."""
    files = json.loads(run("exiftool", "-G1", "-a", "-struct", "-j", "-XMP:all", folder))
    return {
        Path(tags["SourceFile"]).name: {name: value for name, value in tags.items() if name not in NOT_COMPARED}
        for tags in files
    }


def exiv2_values(folder: Path) -> dict[str, set[str]]:
    """Each file's properties with their values. A process for each: its files share one table of prefixes."""
    return {path.name: set(_values(run("exiv2", "-PXkv", path))) for path in folder.iterdir()}


def _values(listed: str) -> Iterator[str]:
    return (re.sub(" +", " ", line) for line in listed.splitlines() if "x:xmptk" not in line)


def run(*words: str | Path) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, encoding="utf-8").stdout
