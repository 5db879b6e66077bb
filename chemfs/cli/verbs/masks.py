"""masks: the registry, that is each mask's name, what it stands for and stood for, and where it came from."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from chemfs.cli.output import print_json, print_rows, time_for_people
from chemfs.cli.verbs.arguments import Verbs, add_json, add_repository, add_verb, repository_of

Record = Mapping[str, Any]


def add_to(verbs: Verbs) -> None:
    """The verb."""
    masks = add_verb(
        verbs, "masks", _masks, "the masks by name, with their origin; those of earlier and purged ones too"
    )
    add_repository(masks)
    add_json(masks)


def _masks(options: argparse.Namespace) -> None:
    registry = repository_of(options).registry.read().to_json()
    if options.json:
        print_json(registry)
    else:
        print_rows([row for name, entry in registry.items() for row in _rows(name, entry)])


def _rows(name: str, entry: Record) -> Iterator[tuple[str, ...]]:
    """A name's mask, and below it those before, the newest first."""
    yield _row(name, entry)
    for record in reversed(entry.get("history", ())):
        yield _row("", record)


def _row(name: str, record: Record) -> tuple[str, ...]:
    made = time_for_people(record["created_at"]) if "created_at" in record else ""
    return name, record["hash"][:12], made, record.get("provider") or "", _remarks(record)


def _remarks(record: Record) -> str:
    prompt = f'"{record["prompt"]}"' if record.get("prompt") else ""
    gone = (f"{word} {time_for_people(record[word])}" for word in ("removed", "purged") if word in record)
    return "  ".join(filter(None, (prompt, *gone)))
