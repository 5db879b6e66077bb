#!/usr/bin/env python3
"""Fuzz the parsers, guided by what they cover: fuzz.py (xmp | paths) [RUNS]. Needs `pip install atheris`.

A finding is any exception but the promised one, or a result that breaks its own promise; the input is then kept as
crash-*. Inputs grow from samples, with the words of the format at hand.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["chemigram_core", "chemfs"]):
    from chemfs.tree.errors import NotAFolder, NotFound
    from chemfs.tree.tree import Tree, walk
    from chemigram_core import sidecar
    from chemigram_core.errors import InvalidName, InvalidXmp
    from chemigram_core.names import BranchName, MaskName, RefName, TagName, folded
    from chemigram_core.operations.refs import create_branch, create_tag
    from chemigram_core.operations.save import save_xmp
    from chemigram_core.repository import MAIN, Repository
    from tests.support.builders import mask, picture
    from tests.support.builders import sidecar as sample

_RUNS = 1_000_000
_LONGEST_BYTES = 8192


def parse_xmp(data: bytes) -> None:
    """Refused as promised, or a document whose canonical form is its own, with an identity and masks."""
    try:
        document = sidecar.parse(data)
    except InvalidXmp:
        return
    canonical = document.canonical()
    again = sidecar.parse(canonical)
    if again.canonical() != canonical or again.edit_digest != document.edit_digest:
        raise AssertionError("the canonical form is not canonical")
    if dict(sidecar.masks_of(canonical)) != dict(document.masks):
        raise AssertionError("the masks are not those of the document")


def look_up(data: bytes) -> None:
    """Every path leads to a node or nowhere, and no name that is accepted leads out of its folder."""
    text = data.decode("utf-8", "surrogateescape").replace("\0", "")  # a kernel's names end there
    with suppress(NotFound, NotAFolder):
        walk(_tree().root, text).stat()
    for kind in (BranchName, TagName, MaskName):
        with suppress(InvalidName):
            _check_name(kind(text))


@cache
def _tree() -> Tree:
    """Files of a repository with an image, a mask, a branch and a tag."""
    root = Path(tempfile.mkdtemp(prefix="fuzz-"))
    repository = Repository.init(root / "repository", picture(root / "IMG_1.tif"))
    save_xmp(repository, MAIN, sample(), mask_files={MaskName("sky"): mask()})
    create_branch(repository, BranchName("a/b"))
    create_tag(repository, TagName("v1"))
    return Tree(repository.root)


def _check_name(name: RefName | MaskName) -> None:
    parts = name.split("/")
    if any(part in ("", ".", "..") or part.startswith(".") or "\0" in part for part in parts):
        raise AssertionError(f"{name!r} leads astray")
    if isinstance(name, MaskName) and len(parts) > 1:
        raise AssertionError(f"{name!r} is in another folder")
    if folded(folded(name)) != folded(name) or name.encode().decode() != name:
        raise AssertionError(f"{name!r} has no one form")


_TARGETS: dict[str, tuple[Callable[[bytes], None], list[bytes], list[str]]] = {
    "xmp": (
        parse_xmp,
        [
            b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:darktable="http://darktable.sf.net/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 darktable:history_end="1"><dc:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></dc:subject><darktable:history><rdf:Seq>
<rdf:li darktable:num="0" darktable:operation="exposure" darktable:iop_order="1.5" darktable:params="00"/></rdf:Seq>
</darktable:history><chemigram:masks xmlns:chemigram="urn:chemigram:ns:1.0/"><rdf:Bag><rdf:li chemigram:name="sky"
 chemigram:sha256="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"/></rdf:Bag></chemigram:masks>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
        ],
        [
            "<rdf:Description", "</rdf:Description>", 'rdf:about=\\"\\"', 'rdf:parseType=\\"Resource\\"', "<rdf:Seq>",
            "<rdf:Bag>", "<rdf:Alt>", "<rdf:li", 'xml:lang=\\"x-default\\"', 'darktable:num=\\"', "<!DOCTYPE",
            "<!ENTITY", "<![CDATA[", "<?xml", "<!--", "&amp;", "&#x", "xmlns:", "rdf:value", "rdf:type", "rdf:resource",
            "\\xff\\xfe", 'darktable:iop_order=\\"', 'darktable:history_end=\\"',
            "gz12", "chemigram:sha256",
        ],
    ),
    "paths": (
        look_up,
        [b"heads/main/image.xmp", b"snapshots/aaaaaaa/masks/sky.png", b"compare/a..b/changes.md", "é/朝".encode()],
        [
            "..", "/", "./", "masks/", ".png", "heads/", "tags/", "HEAD", "image.xmp", ".lock", "@{", "\\xe2\\x80\\xae",
            "\\x00",
        ],
    ),
}  # fmt: skip


def main() -> None:
    """Fuzz until the runs are done or something was found."""
    name = sys.argv[1] if len(sys.argv) > 1 else "xmp"
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else _RUNS
    target, samples, words = _TARGETS[name]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        corpus, dictionary = Path(folder) / "corpus", Path(folder) / "words"
        corpus.mkdir()
        for number, sample in enumerate(samples):
            (corpus / str(number)).write_bytes(sample)
        dictionary.write_text("".join(f'"{word}"\n' for word in words))
        options = [
            f"-runs={runs}",
            f"-max_len={_LONGEST_BYTES}",
            f"-dict={dictionary}",
            "-timeout=5",
            "-rss_limit_mb=1024",
        ]
        atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", str(corpus)], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
