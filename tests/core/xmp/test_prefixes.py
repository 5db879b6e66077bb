"""A prefix belongs to a namespace: it depends on no document, no other namespace, and no prefix that a file used."""

from __future__ import annotations

import random
import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chemigram_core.errors import InvalidXmp
from chemigram_core.sidecar import canonicalize
from chemigram_core.xmp import namespaces
from chemigram_core.xmp.namespaces import KNOWN, TABLE

# Never to be changed: another table gives the documents of its namespaces other identifiers.
TABLE_SHA256 = "a923d50c4edf8fb2eca6cf68183a9dc410152ef40a694f4441e8153a7d94169b"
COMPUTED = re.compile(r"ns[0-9a-f]{20,}")
SYSTEM_PYTHON = "/usr/bin/python3"  # for which Debian has GExiv2
OF_SPECIFICATION = (  # ISO 16684-1 and Adobe's XMP specification, parts 1 to 3
    "aux crs dc exif pdf photoshop rdf stDim stEvt stFnt stJob stRef stVer tiff x xml xmp xmpBJ xmpDM xmpG xmpMM"
    " xmpNote xmpRights xmpTPg xmpidq"
)
# Each has the prefix of another namespace in exiftool, or one that exiftool made up for it.
NOT_BY_EXIFTOOL = {"http://ns.microsoft.com/photo/1.0", "http://ns.google.com/photos/1.0/container/"}
PREFIXES = (
    "ns1",
    "ns2",
    "xmp",
    "dc",
    "photomechanic",
    "chemigram",
    "x",
    "XML",
    "xmlfoo",
    "_",
    "é",
    "ns610991b92cf7725fe46c",
)
URIS = st.one_of(
    st.sampled_from(sorted(set(KNOWN.values()) - {KNOWN["rdf"], KNOWN["x"], KNOWN["xml"]})),
    st.sampled_from(
        ("http://ns.microsoft.com/photo/1.0", "urn:a", "urn:A", "http://example.org/a", "http://example.org/a/")
    ),
    st.text("abXY019-._~:/?#@!$&'()*+,;=", max_size=20).map("urn:x:{}".format).filter(lambda uri: uri.count("#") < 2),
)


def described(spaces: list[tuple[str, str]]) -> bytes:
    """A document with one field in each namespace; a prefix may stand for several."""
    fields = "".join(
        f"<{prefix}:f{number} xmlns:{prefix}={quoted(uri)}>{number}</{prefix}:f{number}>"
        for number, (prefix, uri) in enumerate(spaces)
    )
    return f'<rdf:RDF xmlns:rdf="{KNOWN["rdf"]}"><rdf:Description>{fields}</rdf:Description></rdf:RDF>'.encode()


def quoted(uri: str) -> str:
    return '"' + uri.replace("&", "&amp;").replace('"', "&quot;") + '"'


def prefixes(canonical: bytes) -> dict[str, str]:
    """The prefix of each field, by its local name."""
    return {name: prefix for prefix, name in re.findall(r"^   (\S+?):(\w+)=", canonical.decode(), re.MULTILINE)}


@given(st.lists(st.tuples(st.sampled_from(PREFIXES), URIS), min_size=1, max_size=8), st.randoms())
def test_a_prefix_depends_on_the_uri_alone(spaces: list[tuple[str, str]], chance: random.Random) -> None:
    canonical = canonicalize(described(spaces))
    found = prefixes(canonical)
    for number, (_, uri) in enumerate(spaces):
        alone = canonicalize(described([("p", uri)]))
        assert found[f"f{number}"] == prefixes(alone)["f0"]
    assert canonicalize(canonical) == canonical
    other = [(chance.choice(PREFIXES), uri) for _, uri in spaces]
    assert canonicalize(described(other)) == canonical


@given(URIS)
def test_prefix_is_taken_from_the_table_or_computed(uri: str) -> None:
    of_table = {known: prefix for prefix, known in KNOWN.items()}
    expected = of_table.get(uri) or "ns" + sha256(uri.encode()).hexdigest()[:20]
    assert prefixes(canonicalize(described([("p", uri)])))["f0"] == expected


def test_colliding_computed_prefixes_use_all_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespaces, "_DIGITS", 1)
    uris = [f"urn:{number}" for number in range(400)]  # some for each digit
    canonical = canonicalize(described([("p", uri) for uri in uris]))
    assert prefixes(canonical) == {
        f"f{number}": f"ns{sha256(uri.encode()).hexdigest()}" for number, uri in enumerate(uris)
    }


@pytest.mark.parametrize(
    "declared", ['p=""', 'xml="urn:a"', 'xmlns="urn:a"', f'p="{KNOWN["xml"]}"', 'p="http://www.w3.org/2000/xmlns/"']
)
def test_namespaces_forbidden_by_xml_are_refused(declared: str) -> None:
    data = described([("p", "urn:b")]).replace(b"<rdf:Description>", f"<rdf:Description xmlns:{declared}>".encode())
    with pytest.raises(InvalidXmp):
        canonicalize(data)


def test_prefixes_inside_values_are_kept() -> None:
    said = "/xmpMM:History[1]/pm:ColorClass"
    data = described([("pm", KNOWN["photomechanic"])]).replace(b">0<", f">{said}<".encode())
    assert f'photomechanic:f0="{said}"'.encode() in canonicalize(data)


def test_the_table_is_closed() -> None:
    assert sha256("".join(f"{prefix} {uri}\n" for prefix, uri in KNOWN.items()).encode()).hexdigest() == TABLE_SHA256


def test_the_table_is_one_to_one() -> None:
    rows = [line.split(" ") for line in TABLE.read_text(encoding="ascii").splitlines() if not line.startswith("#")]
    assert rows == sorted(rows)
    assert {len(row) for row in rows} == {3}
    assert {source for _, _, source in rows} == {"exiv2", "exiftool", "publisher"}
    assert len({uri for _, uri, _ in rows}) == len(KNOWN) == len(rows)
    assert all(re.fullmatch(r"[A-Za-z][\w-]*", prefix) and not COMPUTED.fullmatch(prefix) for prefix in KNOWN)


def test_table_has_the_specifications_prefixes() -> None:
    assert set(OF_SPECIFICATION.split()) <= KNOWN.keys()


@pytest.mark.needs_program("exiftool", "perl")
def test_table_has_exiftools_namespaces() -> None:
    program = r'my $n = \%Image::ExifTool::XMP::nsURI; print map "$_ $$n{$_}\n", keys %$n'
    words = ["perl", "-MImage::ExifTool::XMP", "-e", program]
    names = [line.split() for line in subprocess.check_output(words, text=True).splitlines()]
    assert len(names) > 80
    assert {prefix: uri for prefix, uri in names if uri not in NOT_BY_EXIFTOOL and KNOWN.get(prefix) != uri} == {}


WRITE_BOTH = """
import sys, gi
gi.require_version("GExiv2", "0.10")
from gi.repository import GExiv2
files = []
for path in sys.argv[1:]:
    files.append((GExiv2.Metadata(), path))
    files[-1][0].open_path(path)
for metadata, path in files:
    (tag,) = metadata.get_xmp_tags()
    metadata.try_set_tag_string(tag, metadata.try_get_tag_string(tag) + ", written")
for metadata, path in files:
    metadata.save_external(path + ".new")  # save_file would read the file once more, and its prefixes with it
for metadata, path in files:
    metadata.save_file(path)
"""


@pytest.mark.needs_gexiv2
def test_files_open_in_one_process_keep_their_namespaces(tmp_path: Path) -> None:
    uris = {name: f"http://example.org/{name}/" for name in ("one", "two")}
    for name, uri in uris.items():
        (tmp_path / f"{name}.xmp").write_bytes(canonicalize(described([("p", uri)])))
    subprocess.run([SYSTEM_PYTHON, "-c", WRITE_BOTH, *sorted(tmp_path.iterdir())], check=True)
    for name, uri in uris.items():
        expected = canonicalize(described([("any", uri)]).replace(b">0<", b">0, written<"))
        assert canonicalize((tmp_path / f"{name}.xmp").read_bytes()) == expected
        assert canonicalize((tmp_path / f"{name}.xmp.new").read_bytes()) == expected
