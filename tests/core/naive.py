"""A repository as plain files tell it, read without the library: what there is, what is reached, what is wrong."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

_NOTED = re.compile(rb'chemigram:sha256="([0-9a-f]{64})"')


def stored(root: Path, suffix: str) -> dict[str, bytes]:
    """The objects of a kind by their names: `.xmp` or `.png`."""
    return {path.parent.name + path.stem: path.read_bytes() for path in (root / "objects").glob(f"??/*{suffix}")}


def masks_of(snapshot: bytes) -> set[str]:
    """The masks that a snapshot names."""
    return {found.decode() for found in _NOTED.findall(snapshot)}


def log(root: Path) -> list[dict[str, Any]]:
    """The lines of the log."""
    path = root / "log.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def tips(root: Path) -> set[str]:
    """What the refs and a detached HEAD point at."""
    texts = [path.read_text().strip() for path in (*(root / "refs").rglob("*"), root / "HEAD") if path.is_file()]
    return {text for text in texts if not text.startswith("ref:")}


def stood(root: Path) -> dict[str, list[str]]:
    """Where each branch has stood since it was created, or since what a reset left of it."""
    found: dict[str, list[str]] = {}
    for line in log(root):
        ref, digest = line.get("ref", ""), line.get("hash")
        if not ref.startswith("refs/heads/"):
            continue
        if line["op"] == "rename":
            found[ref] = found.pop(line["metadata"]["from"])
        if line["op"] in ("branch", "delete-branch"):
            found[ref] = []
        if line["op"] == "reset":
            while found[ref] and found[ref][-1] != digest:
                found[ref].pop()
        if digest and line["op"] != "delete-branch":
            found.setdefault(ref, []).append(digest)
    return found


def parents(root: Path) -> dict[str, str]:
    """What each snapshot was first saved on."""
    found: dict[str, str | None] = {}
    for line in log(root):
        if line.get("hash") and line["op"] in ("snapshot", "recovered"):
            found.setdefault(line["hash"], line.get("parent"))
    return {digest: parent for digest, parent in found.items() if parent}


def reached(root: Path) -> set[str]:
    """The snapshots that the refs, and the places where branches have stood, reach through parents."""
    found, above = set[str](), parents(root)
    more = tips(root).union(*stood(root).values())
    while more - found:
        found |= more
        more = {above[digest] for digest in found if digest in above}
    return found


def registry(root: Path) -> dict[str, Any]:
    """masks/registry.json."""
    path = root / "masks" / "registry.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def records(root: Path) -> dict[str, dict[str, Any]]:
    """What the registry knows of each mask."""
    keys = ("provider", "prompt", "generator_config", "generated_from_render_hash", "created_at", "purged")
    entries = [record for entry in registry(root).values() for record in (entry, *entry["history"])]
    return {entry["hash"]: {key: entry[key] for key in keys if key in entry} for entry in entries}


def current(root: Path) -> set[str]:
    """The masks that the registry's names stand for."""
    return {entry["hash"] for entry in registry(root).values() if "removed" not in entry}


def problems(root: Path) -> list[str]:
    """What is wrong with a repository."""
    snapshots, masks = stored(root, ".xmp"), stored(root, ".png")
    everything = {**snapshots, **masks}.items()
    wrong = [f"{name} damaged" for name, data in everything if hashlib.sha256(data).hexdigest() != name]
    wrong += [f"tip {tip} missing" for tip in tips(root) - snapshots.keys()]
    wrong += [f"{name} lacks masks" for name, data in snapshots.items() if masks_of(data) - masks.keys()]
    known = records(root)
    wrong += [
        f"{name} unaccounted for" for name, record in known.items() if name not in masks and "purged" not in record
    ]
    return wrong
