"""Takes the sidecars of one image into its repository: decides what each becomes, then saves them together.

A sidecar is compared with what was last taken from it, never with the tip of its branch, which may have moved on in a
mount. So an unchanged sidecar is left alone, and a changed one is the next state of its branch.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chemigram_core.digest import Digest
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import ObjectMissing
from chemigram_core.masks.provenance import now
from chemigram_core.names import BranchName
from chemigram_core.operations.save import NO_MASKS, Outcome, Saved, masks_on_branch, save_in_steps
from chemigram_core.operations.steps import made_durable, together
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll_file import keep_numbers
from chemigram_core.shoot.branch_names import branch_for, clashes
from chemigram_core.shoot.last_taken import SOURCE, Taken, last_taken, logged_name
from chemigram_core.shoot.problem import Kind
from chemigram_core.shoot.sidecar_file import Sidecar
from chemigram_core.shoot.source_file import Source, read_sources, write_sources


@dataclass(frozen=True, slots=True)
class Decision:
    """What a sidecar becomes: the next state of a branch, or nothing if its edit is already a state, `known`."""

    sidecar: Sidecar
    branch: BranchName
    last: Taken | None
    before: Digest | None
    known: Digest | None

    @property
    def is_over_another(self) -> bool:
        """Whether the branch was edited elsewhere since this sidecar was last taken, or was started elsewhere."""
        if self.known is not None or self.before is None:
            return False
        return self.last is None or self.before != self.last.hash


@dataclass(frozen=True, slots=True)
class SavedSidecar:
    """The edit of a sidecar that became the state of a branch."""

    name: str
    branch: BranchName
    digest: Digest


@dataclass(slots=True)
class Intake:
    """The result for the sidecars of one image: counts, the saved edits, problems by the sidecar's name."""

    states: int = 0
    branches: int = 0
    unchanged: int = 0
    saved: list[SavedSidecar] = field(default_factory=list)
    problems: list[tuple[Kind, str, str]] = field(default_factory=list)


def decide(repository: Repository, sources: Mapping[str, Source], sidecars: Sequence[Sidecar]) -> list[Decision]:
    """What each sidecar becomes. Writes nothing. Raises StoreFailed, OSError."""
    lasts = last_taken(repository, sources, {*sources, *(sidecar.name for sidecar in sidecars)})
    claimed: set[BranchName] = {last.branch for last in lasts.values()} | {MAIN}
    decisions: list[Decision] = []
    for sidecar in sidecars:
        last = lasts.get(sidecar.name)
        used = {decision.branch for decision in decisions}
        kept = last if last and last.branch not in used else None
        branch = kept.branch if kept else _new_branch(repository, sidecar, claimed | used)
        before = repository.refs.read(branch)
        decisions.append(Decision(sidecar, branch, kept, before, _known(repository, sidecar, branch, kept)))
    return decisions


def take(repository: Repository, sidecars: Sequence[Sidecar], by: str) -> Generator[None, None, Intake]:
    """Save what is new, in steps, and remember what was taken. For the holder of the repository's lock.

    `by` is what takes it, for the log. Raises StoreFailed, CannotBeLogged, InvalidName, OSError.
    """
    sources = read_sources(repository.root)
    decisions = decide(repository, sources, sidecars)
    new = [decision for decision in decisions if decision.known is None]
    outcomes = yield from together([_saved(repository, decision, by) for decision in new])
    yield from made_durable(lambda: _sync_refs(repository, new))
    states = {id(decision): outcome.digest for decision, outcome in zip(new, outcomes, strict=True)}
    taken = {each.sidecar.name: _source(each, states.get(id(each)) or each.known) for each in decisions}
    write_sources(repository.root, {**sources, **{name: source for name, source in taken.items() if source}})
    keep_numbers(repository.root, {0: MAIN} | {each.sidecar.number: each.branch for each in decisions})
    yield from made_durable(lambda: _sync_records(repository))
    return summary(decisions, outcomes)


def summary(decisions: Iterable[Decision], outcomes: Iterable[Outcome] = ()) -> Intake:
    """The decisions in figures; `outcomes` are those of the new edits among them, if they were saved."""
    intake = Intake()
    results = iter(outcomes)
    for decision in decisions:
        if decision.known is not None:
            intake.unchanged += 1
            continue
        intake.states += 1
        intake.branches += decision.before is None
        if decision.is_over_another:
            says = f"branch {decision.branch} had moved to {decision.before} since this sidecar was last taken"
            intake.problems.append((Kind.EDITED_IN_BOTH, decision.sidecar.name, says))
        outcome = next(results, None)
        if isinstance(outcome, Saved):
            intake.saved.append(SavedSidecar(decision.sidecar.name, decision.branch, outcome.digest))
        if missing := NO_MASKS if outcome is None else outcome.missing_masks:
            says = f"it names masks that are not in the repository: {', '.join(sorted(missing))}"
            intake.problems.append((Kind.MISSING_MASKS, decision.sidecar.name, says))
    return intake


def _saved(repository: Repository, decision: Decision, by: str) -> Generator[None, None, Outcome]:
    metadata = {SOURCE: logged_name(decision.sidecar.name)}
    return save_in_steps(repository, decision.branch, decision.sidecar.document, metadata, by=by)


def _sync_refs(repository: Repository, decisions: Iterable[Decision]) -> None:
    for branch in {decision.branch for decision in decisions}:
        repository.refs.sync(branch)


def _sync_records(repository: Repository) -> None:
    with Folder.enter(repository.root) as folder:
        folder.sync()


def _source(decision: Decision, state: Digest | None) -> Source | None:
    if state is None:
        return None
    sidecar, last = decision.sidecar, decision.last
    over = None
    if decision.is_over_another:
        over = decision.before
    elif last is not None and last.hash in (decision.before, state):
        over = last.over
    return Source(decision.branch, state, sidecar.document.edit_digest, sidecar.sha256, now(), over)


def _new_branch(repository: Repository, sidecar: Sidecar, claimed: set[BranchName]) -> BranchName:
    """The branch of a sidecar from which nothing was taken yet: one that has its edit already is its own."""
    if sidecar.number == 0:
        return MAIN
    present = repository.refs.branches()

    def is_free(branch: BranchName) -> bool:
        if any(clashes(branch, other) for other in claimed):
            return False
        return not any(clashes(branch, other) for other in present) or (
            branch in present and _known(repository, sidecar, branch, None) is not None
        )

    return branch_for(sidecar.version_name, sidecar.number, is_free)


def _known(repository: Repository, sidecar: Sidecar, branch: BranchName, last: Taken | None) -> Digest | None:
    """The state of the branch that has the sidecar's edit: the one last taken, its tip, or any earlier one."""
    if last is not None and last.edit == sidecar.document.edit_digest:
        return last.hash
    tip = repository.refs.read(branch)
    if last is not None:
        states = [last.hash] if tip is None else [last.hash, tip]
    else:
        states = [] if tip is None else [tip, *(moment.digest for moment in repository.history.moments(branch.ref))]
    return next((state for state in states if _has_edit(repository, state, sidecar)), None)


def _has_edit(repository: Repository, state: Digest, sidecar: Sidecar) -> bool:
    """Whether a state has the edit that the sidecar would have on its branch; one that was collected has none."""
    try:
        masks = masks_on_branch(repository, sidecar.document, repository.state(state).masks)
        return sidecar.document.with_masks(masks).edit_digest == repository.states.edit(state)
    except ObjectMissing:
        return False
