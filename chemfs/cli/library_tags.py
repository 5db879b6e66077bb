"""`chemfs tag` on a library: lists its tags, and tags a whole shoot at once."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping

from chemfs import exit_codes
from chemfs.cli.errors import NothingTagged, WrongUsage
from chemfs.cli.json import print_json
from chemfs.cli.progress import task_progress
from chemfs.cli.targets import Targets, for_each
from chemfs.cli.text import counted, print_rows
from chemigram_core.library.members import Member
from chemigram_core.library.tag_all import TagReport, matching, tag_all
from chemigram_core.names import TagName
from chemigram_core.printable import printable
from chemigram_core.repository import Repository


def run(found: Targets, options: argparse.Namespace) -> int:
    """List the tags, or tag a state of each image.

    Raises WrongUsage, NoImageMatches, UnknownRevision, NothingTagged.
    """
    if options.delete:
        raise WrongUsage("--delete takes one repository at a time")
    if options.only is not None:
        found = Targets(matching(found.members, options.only), is_library=True)
    return _print_tags(found, as_json=options.json) if options.name is None else _tag(found, options)


def _print_tags(found: Targets, *, as_json: bool) -> int:
    """Each tag with the number of images that have it."""
    images: Counter[TagName] = Counter()

    def work(member: Member) -> None:
        images.update(Repository(member.root).refs.tags())

    code = for_each(found, work, "reading")
    if as_json:
        print_json([{"ref": name.ref, "images": images[name]} for name in sorted(images)])
    else:
        print_rows([(name, counted(images[name], "image")) for name in sorted(images)])
    return code


def _tag(found: Targets, options: argparse.Namespace) -> int:
    with task_progress() as progress:
        report = tag_all(found.members, options.name, options.rev or "HEAD", progress)
    if options.json:
        print_json(_fields(report))
    else:
        _print(report)
    if report.problems and not report.tagged:
        raise NothingTagged(len(report.problems), len(found.members))
    return exit_codes.PROBLEM_FOUND if report.problems or report.left_out else 0


def _fields(report: TagReport) -> dict[str, object]:
    states = {"tagged": report.tagged, "unchanged": report.unchanged}
    reasons = {"left_out": report.left_out, "problems": report.problems}
    return {
        "ref": report.name.ref,
        **{key: [{"repository": path, "hash": state} for path, state in of.items()] for key, of in states.items()},
        **{key: [{"repository": path, "says": says} for path, says in of.items()] for key, of in reasons.items()},
    }


def _print(report: TagReport) -> None:
    _print_reasons("can't tag", report.problems)
    _print_reasons("skipped", report.left_out)
    if report.tagged or report.unchanged:
        before = f"; {counted(len(report.unchanged), 'image')} already had the tag" if report.unchanged else ""
        print(printable(f"{counted(len(report.tagged), 'image')} tagged {report.name}{before}"))


def _print_reasons(verb: str, reasons: Mapping[str, str]) -> None:
    for path, says in reasons.items():
        print(printable(f"{verb} {path}: {says}"))
