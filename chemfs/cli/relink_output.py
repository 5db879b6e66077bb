"""The output of `chemfs relink` on a library, for people and for programs."""

from __future__ import annotations

from chemfs.cli.json import print_json
from chemigram_core.library.relink_all import RelinkReport
from chemigram_core.printable import printable

_HINT = "Or name the library's folder for these photographs instead of the library: then each is looked up by its path."


def print_report(report: RelinkReport, *, is_dry_run: bool, as_json: bool) -> None:
    """Print the report: problems first, counts last."""
    if as_json:
        print_json(_fields(report))
    else:
        _print(report, "would be linked" if is_dry_run else "linked")


def _fields(report: RelinkReport) -> dict[str, object]:
    return {
        "relinked": [{"repository": path, "image": str(file)} for path, file in report.relinked.items()],
        "unchanged": [{"repository": path} for path in report.unchanged],
        "ambiguous": [
            {"repository": path, "candidates": list(map(str, files))} for path, files in report.ambiguous.items()
        ],
        "missing": [{"repository": path, "image": place} for path, place in report.missing.items()],
        "problems": [{"repository": path, "says": says} for path, says in report.problems.items()],
    }


def _print(report: RelinkReport, done: str) -> None:
    lines = [f"{path}: {says}" for path, says in report.problems.items()]
    lines += [f"{path} is not in that folder, and missing: {place}" for path, place in report.missing.items()]
    for path, files in report.ambiguous.items():
        lines.append(f"{path} is left as it is; link one of these with `chemfs relink REPO FILE`:")
        lines += [f"  {file}" for file in files]
    if report.ambiguous:
        lines.append(_HINT)
    lines += [f"{path} -> {file}" for path, file in report.relinked.items()]
    for line in lines:
        print(printable(line))
    left = len(report.ambiguous) + len(report.missing) + len(report.problems)
    print(f"{len(report.relinked)} {done}, {len(report.unchanged)} unchanged, {left} not found or left")
