"""chemfs masks: the registry."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from chemfs.cli.arguments import add_json, add_repository
from chemfs.cli.json import print_json
from chemfs.cli.text import local_time, print_rows
from chemigram_core.repository import Repository

DESCRIPTION = """List the masks by name, each with its earlier versions and where they came from. Removed and purged
masks are listed too."""
EXAMPLE = "chemfs masks sunset"

Record = Mapping[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --json."""
    add_repository(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> None:
    """Print them. Raises RegistryDamaged."""
    registry = Repository(options.repository).registry.read().to_json()
    if options.json:
        print_json(registry)
    else:
        print_rows([row for name, entry in registry.items() for row in _rows(name, entry)])


def _rows(name: str, entry: Record) -> Iterator[tuple[str, ...]]:
    """The current mask of a name, and below it the earlier ones, newest first."""
    yield _row(name, entry)
    for record in reversed(entry.get("history", ())):
        yield _row("", record)


def _row(name: str, record: Record) -> tuple[str, ...]:
    created = local_time(record["created_at"]) if "created_at" in record else ""
    return name, record["hash"][:12], created, record.get("provider") or "", _details(record)


def _details(record: Record) -> str:
    prompt = f'"{record["prompt"]}"' if record.get("prompt") else ""
    ends = (f"{word} {local_time(record[word])}" for word in ("removed", "purged") if word in record)
    return "  ".join(filter(None, (prompt, *ends)))
