"""chemfs masks: list the registry, and the drawn masks of HEAD's state."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from chemfs.cli.arguments import add_json, add_repository
from chemfs.cli.json import print_json
from chemfs.cli.text import local_time, print_rows
from chemigram_core.drawn_files.drawn_files import DrawnFiles, MaskFile
from chemigram_core.drawn_files.state import drawn_in
from chemigram_core.drawn_files.text import mask_words
from chemigram_core.errors import NoState
from chemigram_core.layout import DRAWN_FOLDER
from chemigram_core.repository import Repository

DESCRIPTION = """List the masks by name, each with its earlier versions and where they came from. Removed and purged
masks are listed too. So are the masks of HEAD's state that are drawn in darktable, or why they can't be computed."""
EXAMPLE = "chemfs masks sunset"

Record = Mapping[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --json."""
    add_repository(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> None:
    """Print them. Raises RegistryDamaged; StoreFailed if HEAD's state is damaged."""
    repository = Repository(options.repository)
    registry = repository.registry.read().to_json()
    drawn = _drawn(repository)
    if options.json:
        masks = [] if drawn is None else [_record(drawn, mask) for mask in drawn.masks]
        print_json({"masks": registry, "drawn": masks})
        return
    rows = [row for name, entry in registry.items() for row in _rows(name, entry)]
    if drawn is not None:
        rows += [_drawn_row(drawn, mask) for mask in drawn.masks]
    print_rows(rows)


def _drawn(repository: Repository) -> DrawnFiles | None:
    """Those of HEAD's state; None before the first save."""
    try:
        return drawn_in(repository, repository.resolve("HEAD"))
    except NoState:
        return None


def _record(drawn: DrawnFiles, mask: MaskFile) -> Record:
    """With `path`, in the state's folder, or with `reason`, why there is no picture."""
    entry, problem = mask.entry, drawn.problem(mask)
    found = {"reason": problem} if problem else {"path": f"{DRAWN_FOLDER}/{mask.path}"}
    known = {"operation": entry.operation, "name": entry.multi_name, "priority": entry.multi_priority}
    return {**known, "id": mask.mask_id, **found}


def _drawn_row(drawn: DrawnFiles, mask: MaskFile) -> tuple[str, ...]:
    problem = drawn.problem(mask)
    words = f"{mask_words(mask)}: {problem}" if problem else mask_words(mask)
    return "" if problem else f"{DRAWN_FOLDER}/{mask.path}", "", "", "drawn", words


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
