"""Tags a state of each image of a library at once, for the delivery of a shoot.

All or nothing: every image is checked first, and if one can't be tagged, none is. An image whose tag is
already at that state is fine, so a command that was killed can be repeated. An image without that state is skipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial

from chemigram_core.digest import Digest
from chemigram_core.durable.filesystem import Filesystem
from chemigram_core.errors import ChemigramError, NoState, Refused, UnknownRevision, shown
from chemigram_core.library.members import Member
from chemigram_core.names import TagName
from chemigram_core.operations.batch import Change, Steps, make_together
from chemigram_core.operations.refs import create_tag_in_steps
from chemigram_core.progress import Progress, silent
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

_BATCH = 100  # tags that become durable together


class NoImageMatches(Refused):
    """No image of a library has a name or path that fits a pattern."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"no image matches {shown(pattern)}; give a name or a path in the library, with * and ?")


@dataclass(slots=True)
class TagReport:
    """What became of the tag `name`, by the paths of the repositories.

    tagged: with their states; unchanged: had the tag at that state; left_out: have no such state, and why; problems:
    why images can't be tagged. If there are problems before anything was tagged, nothing is.
    """

    name: TagName
    tagged: dict[str, Digest] = field(default_factory=dict)
    unchanged: dict[str, Digest] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def matching(found: Sequence[Member], pattern: str) -> list[Member]:
    """The repositories whose path, or its last part, fits a shell pattern. Raises NoImageMatches."""
    fit = [one for one in found if fnmatchcase(one.path, pattern) or fnmatchcase(one.root.name, pattern)]
    if not fit:
        raise NoImageMatches(pattern)
    return fit


def tag_all(found: Sequence[Member], name: TagName, rev: str = "HEAD", progress: Progress = silent) -> TagReport:
    """Tag the state `rev` of each image. Raises UnknownRevision if none has it; OSError, and may then be repeated."""
    report = TagReport(name)
    new: dict[str, tuple[Repository, Digest]] = {}
    for number, member in enumerate(found):
        progress("looking", number, len(found))
        try:
            _look_at(member, rev, report, new)
        except (ChemigramError, OSError) as error:
            report.problems[member.path] = str(error)
    if new or report.unchanged or report.problems:
        if not report.problems:
            _tag(new, report, progress)
        return report
    raise UnknownRevision(rev)


def _look_at(member: Member, rev: str, report: TagReport, new: dict[str, tuple[Repository, Digest]]) -> None:
    """Determine the tag of one image. Raises the reason if it can't be tagged."""
    if member.error is not None:
        raise member.error
    repository = Repository(member.root)
    try:
        digest = repository.resolve(rev)
    except (NoState, UnknownRevision) as error:
        report.left_out[member.path] = str(error)
        return
    if repository.refs.read(report.name) == digest:
        report.unchanged[member.path] = digest
        return
    repository.refs.check_free(report.name)
    repository.objects.info(digest, Kind.SNAPSHOT)
    new[member.path] = repository, digest


def _tag(new: dict[str, tuple[Repository, Digest]], report: TagReport, progress: Progress) -> None:
    """Tag the states that were found, a hundred together; what another program did to one meanwhile is its problem."""
    pending: list[Change[Digest]] = []
    for number, (path, (repository, digest)) in enumerate(new.items(), start=1):
        steps = partial(_steps, repository, report.name, digest)
        done, failed = partial(report.tagged.__setitem__, path), partial(_failed, report, path)
        pending.append(Change(repository.root, steps, done, failed))
        if len(pending) == _BATCH or number == len(new):
            _make(pending)
            pending = []
            progress("tagging", number, len(new))


def _make(changes: Sequence[Change[Digest]]) -> None:
    by_device = defaultdict[int, list[Change[Digest]]](list)
    for change in changes:
        by_device[change.root.stat().st_dev].append(change)
    for ours in by_device.values():
        make_together(ours[0].root, ours)


def _steps(repository: Repository, name: TagName, digest: Digest, _: Filesystem) -> Steps[Digest]:
    return create_tag_in_steps(repository, name, digest)


def _failed(report: TagReport, path: str, error: ChemigramError | OSError) -> None:
    report.problems[path] = str(error)
