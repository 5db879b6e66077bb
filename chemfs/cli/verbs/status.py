"""chemfs status: show what needs attention, and where each image is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chemfs import exit_codes
from chemfs.cli.arguments import add_json, given_path
from chemfs.cli.json import print_json
from chemfs.cli.mount_source import mount_source
from chemfs.cli.progress import progress
from chemfs.cli.targets import Targets, targets_at
from chemfs.cli.text import local_time, print_fields, print_rows
from chemigram_core.folder_kind import FolderKind, kind_of
from chemigram_core.library.members import Member
from chemigram_core.printable import printable
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import Repository
from chemigram_core.status.attention import Kind
from chemigram_core.status.image_status import ImageStatus, damage, image_status

DESCRIPTION = """Show what needs attention, and then a row for each image: where HEAD is, the last save, the branches
and the tags. The exit code is 1 if something needs attention."""
EXAMPLE = "chemfs status library"

_TITLES = ("IMAGE", "HEAD", "LAST SAVE", "BRANCHES", "TAGS")


class _Row(NamedTuple):
    """An image, with its path in the library; the path is empty for one repository alone."""

    path: str
    status: ImageStatus


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --json."""
    about = "a repository, a library or a folder of one, or a mount of any (default: the current folder)"
    parser.add_argument("repository", metavar="REPO", type=given_path, nargs="?", default=Path(), help=about)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print it; the exit code says whether something needs attention. Raises NotARepository, InsideMount."""
    place = mount_source(options.repository)
    found = targets_at(place)
    if not found.is_library and kind_of(str(place)) is FolderKind.OTHER:
        Repository(place)  # not a repository: the error says what to do
    rows = [_Row(member.path, _status(member, found)) for member in progress(found.members, "reading")]
    if options.json:
        _print_json(found, rows)
    elif found.is_library:
        _print_table(found, rows)
    else:
        _print_attention(rows)
        print_fields(_fields(rows[0].status))
    return exit_codes.PROBLEM_FOUND if any(row.status.attention for row in rows) else 0


def _status(member: Member, found: Targets) -> ImageStatus:
    if member.error is not None:
        return ImageStatus(attention=[damage(member.error)])
    return image_status(member.root, counts_unlogged=not found.is_library)


def _print_json(found: Targets, rows: Sequence[_Row]) -> None:
    def key(path: str) -> dict[str, str]:
        return {"repository": path} if found.is_library else {}

    attention = [key(row.path) | one.to_json() for row in rows for one in row.status.attention]
    print_json({"attention": attention, "images": [key(row.path) | row.status.to_json() for row in rows]})


def _print_table(found: Targets, rows: Sequence[_Row]) -> None:
    _print_attention(rows)
    print_rows([_TITLES, *map(_cells, rows)])
    needy = sum(bool(row.status.attention) for row in rows)
    print(f"\n{found.in_words()}, {needy or 'none'} of them need{'s' * (needy < 2)} attention")


def _print_attention(rows: Sequence[_Row]) -> None:
    """Print what needs attention, grouped by kind, each kind with what to do and an empty line at its end."""
    found = [(row.path, one) for row in rows for one in row.status.attention]
    for kind in Kind:
        if ours := [(path, one) for path, one in found if one.kind is kind]:
            print(f"{kind.value}: {ours[0][1].advice}")
            for path, one in ours:
                print(printable(f"  {path and f'{path}: '}{one.says}"))
            print()


def _cells(row: _Row) -> tuple[str, ...]:
    status = row.status
    return row.path, _head(status), _saved(status), ", ".join(status.branches), ", ".join(status.tags)


def _fields(status: ImageStatus) -> dict[str, str]:
    unlogged = "(snapshots that are not in the log; `chemfs fsck` lists them)"
    return {
        "HEAD": f"{_head(status)} {status.state or '(no snapshot yet)'}",
        "last save": _saved(status),
        "branches": ", ".join(status.branches),
        "tags": ", ".join(status.tags),
        "unlogged": f"{status.unlogged} {unlogged}" if status.unlogged else "",
    }


def _saved(status: ImageStatus) -> str:
    return local_time(status.saved) if status.saved else ""


def _head(status: ImageStatus) -> str:
    match status.head:
        case OnBranch(branch):
            return branch
        case None:
            return "?"
        case detached:
            return f"({detached.digest[:12]})"
