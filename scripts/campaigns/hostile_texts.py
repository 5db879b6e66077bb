"""Texts for the files of a hostile repository, and objects that no save would have stored."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from chemigram_core import sidecar as sidecars
from chemigram_core.digest import Digest
from chemigram_core.names import MaskName
from tests.support.builders import mask, sidecar

ESCAPE = "\x1b]0;owned\x07"
_ID = "a" * 64
_DEEP = b"[" * 100_000
_LINE = {"timestamp": "2026-01-01T00:00:00+00:00", "op": "snapshot", "hash": _ID, "ref": "refs/heads/main"}


def _line(**changes: object) -> bytes:
    return json.dumps({**_LINE, **changes}).encode()


REFS = (
    b"", b"\n", _ID.encode(), b"ref: refs/heads/main\n", b"ref: ../../../etc/passwd\n", b"\0" * 64, b"A" * 64,
    b"x" * 4096,
)  # fmt: skip
_HEADS = (
    *REFS, b"ref: refs/heads/\n", b"ref: refs/heads/..\n", b"ref: refs/tags/v1\n", b"ref: refs/heads/a\x1b[2Jb\n",
    b"ref: refs/heads/" + b"a/" * 500 + b"a\n", b"ref: refs/heads/\xff\n", b"ref: refs/heads/main\nmore\n",
    b"ref: refs/heads/nothing\n", b"ref: refs/heads/main/below\n",
)  # fmt: skip
_LINES = (
    b"null", b"[]", b"{}", b"1", b'"', _DEEP, b'{"op":' + _DEEP, b"9" * 10_000, b"NaN", b"\xff\xfe\0", b"\0" * 5000,
    b'{"a":1,"a":2}', b"x" * (2 << 20), _line(timestamp=ESCAPE), _line(timestamp="0001-01-01T00:00:00+14:00"),
    _line(timestamp="9999-12-31T23:59:59-14:00"), _line(timestamp=1e308), _line(timestamp=None), _line(timestamp={}),
    _line(timestamp="2026-01-01"), _line(timestamp="2026-02-30T00:00:00Z"), _line(hash=[_ID]), _line(hash="../x"),
    _line(hash=5), _line(hash="A" * 64), _line(ref="refs/heads/"), _line(ref="refs/heads/../../x"), _line(ref=7),
    _line(ref=f"refs/heads/{ESCAPE}"), _line(ref="refs/heads//a"), _line(ref="refs/heads/a/"), _line(ref="HEAD"),
    _line(ref="refs/heads/" + "a/" * 3000), _line(ref="refs/heads/\ud800"), _line(ref={"a": []}), _line(op=ESCAPE),
    _line(op=None), _line(op=["snapshot"]), _line(parent=_ID), _line(parent=ESCAPE), _line(label=ESCAPE),
    _line(label={"a": 1}), _line(label="x" * 100_000), _line(label="\ud800"), _line(masks={"../../x": _ID}),
    _line(masks=[1]), _line(masks={"sky": None}), _line(masks={"sky": "../../x"}), _line(masks="sky"),
    _line(metadata="x"), _line(metadata=[]), _line(metadata={ESCAPE: ESCAPE}), _line(metadata={"history_loss": {}}),
    _line(op="branch rename", metadata={"from": 5}), _line(op="rename", metadata={"from": "refs/heads/main"}),
    _line(op="rename", metadata={"from": ["x"]}), _line(metadata={"source": "../../x", "by": "import"}),
    _line(metadata={"source": ["x"], "by": "import", "edit": 5, "over": {}}), _line(metadata={"by": {}, "source": {}}),
    b'{"timestamp":"2026-01-01T00:00:00Z","op":"snapshot","hash":1e999999,"ref":Infinity}',
    *(json.dumps({**_LINE, "op": op, "ref": ref, "hash": None}).encode()
      for op in ("delete", "checkout", "reset", "restore", "fork", "tag") for ref in ("refs/heads/main", "HEAD", None)),
)  # fmt: skip
_OBJECTS: tuple[bytes, ...] = (
    b"", b"null", b"[]", b"1", b"{", b'{"a":' + _DEEP, b"[" + b"[]," * 3_000_000 + b"[]]", b"\xff", b"\0" * 100,
    b'{"x":' + b"9" * 10_000 + b"}", b'{"a":NaN}', b'{"a":[' + b"[]," * 340_000 + b"[]]}",
)  # fmt: skip
_RECORDS: tuple[object, ...] = (
    {"sky": None}, {"sky": []}, {"sky": {"hash": "../x"}}, {"sky": {"hash": _ID, "history": {}}},
    {"../../x": {"hash": _ID}},
    {"sky": {"hash": _ID, "history": [None]}}, {"sky": {"hash": _ID, "history": [{"hash": 5}]}},
    {"sky": {"hash": _ID, "provider": ESCAPE, "prompt": {"a": 1}, "created_at": ESCAPE, "removed": 5}},
    {"sky": {"hash": _ID, "created_at": "0001-01-01T00:00:00+14:00"}}, {ESCAPE: {"hash": _ID}}, {"": {"hash": _ID}},
    {"sky": {"hash": _ID, "created_at": 5, "purged": []}}, {"sky\n": {"hash": _ID}}, {"masks": {"sky": _ID}},
)  # fmt: skip
_NUMBERS: tuple[object, ...] = (
    {"0": None}, {"0": {"branch": "../x"}}, {"-1": {"branch": "main"}}, {"1e9": {"branch": "main"}},
    {"x": {"branch": 5}},
    {"9" * 4000: {"branch": "main"}}, {"1": {"branch": "main"}, "2": {"branch": "main"}},
    {"99999999": {"branch": "warm"}},
    {"1": {"branch": "warm", "given": "", "took_over": float("inf")}}, {"1": {"branch": None, "given": ""}},
    {"1": {"branch": "warm", "given": "", "name": ESCAPE}}, {"1": {"branch": "warm", "given": "", "name": "\ud800"}},
    {"2147483647": {"branch": "main", "given": ""}}, {"1": {"branch": "warm", "given": "", "hidden": 5}},
    {f"{number}": {"branch": f"b{number}", "given": ""} for number in range(20_000)},
    {"1": {"branch": ESCAPE}}, {"\u0663": {"branch": "warm"}}, {" 1": {"branch": "warm"}, "1": {"branch": "main"}},
)  # fmt: skip
_TAKEN = {"branch": "main", "hash": _ID, "edit": _ID, "sha256": _ID, "taken": "2026-01-01T00:00:00+00:00"}
_TAKEN_CHANGES: tuple[dict[str, object], ...] = (
    {"branch": 5}, {"branch": "../x"}, {"hash": "../x"}, {"over": ESCAPE}, {"over": _ID}, {"taken": ESCAPE},
    {"edit": []},
)  # fmt: skip
_LIBRARIES = (
    *_OBJECTS, b'{"folders":[]}', b'{"folders":{"shoot":"\\ud800"}}', b'{"folders":{"shoot":"\\u001b[2J"}}',
    b'{"folders":{"../x":"/"}}', b'{"folders":{"shoot":{"a":[]}}}',
)  # fmt: skip

_SOURCES: tuple[object, ...] = (
    *({"a.tif.xmp": {**_TAKEN, **changes}} for changes in _TAKEN_CHANGES),
    {"../../x": _TAKEN, ESCAPE: {**_TAKEN, "over": _ID}},
)


def _encoded(*found: object) -> tuple[bytes, ...]:
    return *_OBJECTS, *(json.dumps(one).encode() for one in found)


TEXTS: Mapping[str, tuple[bytes, ...]] = {
    "HEAD": _HEADS,
    "refs/heads/warm": REFS,
    "refs/tags/v1": REFS,
    "log.jsonl": _LINES,
    "masks/registry.json": _encoded(*_RECORDS),
    "roll.json": _encoded(*_NUMBERS),
    "source.json": _encoded(*_SOURCES),
    "../../library.json": _LIBRARIES,
    "scratch/.pending/1.xmp": (b"", b"no XMP", b"<" * 1_000_000, bytes(9 << 20)),
}


def store(root: Path, data: bytes, suffix: str) -> str:
    """Put an object under its right name, as no save would; returns its identifier."""
    digest = Digest.of(data)
    path = root / "objects" / digest.shard / (digest.rest + suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return digest


def with_mask(mask_digest: str) -> bytes:
    """The snapshot of a state with one mask."""
    return sidecars.parse(sidecar(61)).with_masks({MaskName("sky"): Digest(mask_digest)}).canonical()


@cache
def snapshots() -> tuple[bytes, ...]:
    """Bytes that were never a canonical XMP."""
    whole = with_mask(_ID)
    return (
        b"", b"no XMP", b"<a/>", whole, whole[:-40], whole.replace(b'"sky"', b'"../../x"'),
        whole.replace(b'"sky"', b'""'), whole.replace(b'"sky"', b'"a/b"'),
        whole.replace(b'"sky"', b'"' + b"x" * 300 + b'"'),
        whole.replace(_ID.encode(), b"../../../../secret"), whole.replace(_ID.encode(), b"b" * 63), sidecar(62),
        whole.replace(b"</rdf:Bag>", b'<rdf:li chemigram:name="sky" chemigram:sha256="' + b"b" * 64 + b'"/></rdf:Bag>'),
        b"<" * 1_000_000, b"<a>" * 100_000, b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + whole,
        bytes(8 << 20),
    )  # fmt: skip


@cache
def masks() -> tuple[bytes, ...]:
    """Bytes that were never a mask; some ask for much memory."""
    whole = mask()
    header = struct.pack(">IIBBBBB", 16_000, 16_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(16_001 * 16_000), 1)
    parts = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return b"", b"no PNG", whole[:60], whole[:-4], whole + b"more", _png(parts), whole[:16] + b"\xff" * 8 + whole[24:]


def _png(parts: list[tuple[bytes, bytes]]) -> bytes:
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
