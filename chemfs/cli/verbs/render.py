"""chemfs render: render pictures of states with darktable."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from chemfs import exit_codes
from chemfs.cli.arguments import REVISION, add_json, add_place, add_trust, number_between
from chemfs.cli.errors import WrongUsage
from chemfs.cli.interruption import clear_up_on_sigterm
from chemfs.cli.json import print_json
from chemfs.cli.progress import task_progress
from chemfs.cli.targets import Targets, for_each, targets_at
from chemfs.cli.text import counted
from chemfs.render.darktable import Darktable, installed
from chemfs.render.job import NotRendered, Outcome, Rendered, Wanted
from chemfs.render.renderer import SIZE_PIXELS, Limits, Renderer
from chemfs.render.workshop import Workshop
from chemigram_core.digest import Digest
from chemigram_core.durable.ownership import require_own
from chemigram_core.errors import NoState, UnknownRevision
from chemigram_core.library.members import Member
from chemigram_core.previews.preview_name import LEAST_PIXELS, MOST_PIXELS
from chemigram_core.previews.previews import FOLDER
from chemigram_core.previews.selection import all_states, named_states
from chemigram_core.printable import printable
from chemigram_core.repository import Repository

DESCRIPTION = """Render states with the installed darktable, and keep the pictures in previews/ of the repository. A
mount shows them. By default, render the states of all branches and tags. States that have a picture are not rendered
again. In a library, do so for each image. The exit code is 1 if a state can't be rendered."""
EXAMPLE = "chemfs render library --all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, REV, --all, --size, --json, --trust."""
    add_place(parser)
    parser.add_argument("revs", metavar="REV", nargs="*", help=REVISION)
    parser.add_argument("--all", action="store_true", help="render every state")
    size = f"longer side of the pictures in pixels, at most (default {SIZE_PIXELS})"
    limits = number_between(LEAST_PIXELS, MOST_PIXELS)
    parser.add_argument("--size", metavar="N", type=limits, default=SIZE_PIXELS, help=size)
    add_json(parser)
    add_trust(parser)


def run(options: argparse.Namespace) -> int:
    """Render them; the exit code says whether all could be rendered.

    Raises DarktableMissing, UnknownRevision, AmbiguousRevision, NoState, ForeignRepository.
    """
    if options.all and options.revs:
        raise WrongUsage("--all renders every state; omit REV")
    darktable, chosen = installed(), _Chosen(targets_at(options.repository), options)
    clear_up_on_sigterm()
    outcomes = list(_outcomes(darktable, chosen.states, options))
    if options.json:
        print_json(_fields(darktable, chosen, outcomes))
    else:
        _print(chosen, outcomes)
    has_problems = bool(chosen.left_out) or any(isinstance(outcome, NotRendered) for outcome in outcomes)
    return max(chosen.code, exit_codes.PROBLEM_FOUND if has_problems else 0)


class _Chosen:
    """The states to render, the images of a library without such a state, and the exit code so far."""

    def __init__(self, found: Targets, options: argparse.Namespace) -> None:
        self.is_library = found.is_library
        self.states: list[Wanted] = []
        self.left_out: dict[str, str] = {}
        self._options = options
        self.code = for_each(found, self._add, "reading")

    def _add(self, member: Member) -> None:
        require_own(member.root)
        repository = Repository(member.root)
        try:
            states = _states(repository, self._options)
        except (UnknownRevision, NoState) as error:
            if not self.is_library:
                raise
            self.left_out[member.path] = str(error)
        else:
            self.states += (Wanted(repository, member.path, digest) for digest in states)


def _states(repository: Repository, options: argparse.Namespace) -> list[Digest]:
    if options.revs:
        return list(dict.fromkeys(map(repository.resolve, options.revs)))
    return all_states(repository) if options.all else named_states(repository)


def _outcomes(darktable: Darktable, states: list[Wanted], options: argparse.Namespace) -> Iterator[Outcome]:
    with Workshop() as workshop, task_progress() as report:
        renderer = Renderer(darktable, workshop, Limits(options.size))
        with closing(renderer.render(states)) as outcomes:
            report("rendering", 0, len(states))
            for number, outcome in enumerate(outcomes, 1):
                report("rendering", number, len(states))
                yield outcome


def _fields(darktable: Darktable, chosen: _Chosen, outcomes: list[Outcome]) -> dict[str, Any]:
    def fields(outcome: Outcome, **others: str) -> dict[str, Any]:
        place = {"repository": outcome.wanted.place} if chosen.is_library else {}
        return {**place, "hash": outcome.wanted.snapshot, **others}

    pictures = [outcome for outcome in outcomes if isinstance(outcome, Rendered)]
    left_out = [{"repository": path, "says": says} for path, says in chosen.left_out.items()]
    return {
        "darktable": darktable.version,
        "rendered": [fields(one, path=_path(one)) for one in pictures if one.is_new],
        "unchanged": [fields(one, path=_path(one)) for one in pictures if not one.is_new],
        "problems": [fields(one, says=one.says) for one in outcomes if isinstance(one, NotRendered)],
        **({"left_out": left_out} if chosen.is_library else {}),
    }


def _path(picture: Rendered) -> str:
    return str(picture.wanted.repository.root / FOLDER / picture.name.file_name)


def _print(chosen: _Chosen, outcomes: list[Outcome]) -> None:
    for path, says in chosen.left_out.items():
        print(printable(f"skipped {path}, which has no such state: {says}"))
    pictures = [outcome for outcome in outcomes if isinstance(outcome, Rendered)]
    problems = [outcome for outcome in outcomes if isinstance(outcome, NotRendered)]
    for one in sorted(problems, key=lambda one: one.wanted.place):
        where = f"{one.wanted.place}: " if one.wanted.place else ""
        print(printable(f"{where}snapshot {one.wanted.snapshot[:12]} has no picture: {one.says}"))
    new = sum(picture.is_new for picture in pictures)
    failed = f", {len(problems)} could not be rendered" if problems else ""
    print(f"{counted(new, 'state')} rendered, {len(pictures) - new} already had a picture{failed}")
