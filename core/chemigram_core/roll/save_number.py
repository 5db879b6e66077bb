"""Saves a sidecar under a number: on its branch, or on a new one. Decides from values, then saves.

The numbers are written down before the first state of a new branch, so a crash in between gives no branch two numbers.
A first state that waits becomes one under the lock: else a save in between would be overwritten by it, or removed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from chemigram_core.durable.lock import locked
from chemigram_core.errors import ChemigramError, InvalidXmp
from chemigram_core.log.branch_mark import BranchMark, check_not_deleted
from chemigram_core.log.entry import JSON
from chemigram_core.masks.provenance import now
from chemigram_core.names import BranchName
from chemigram_core.operations.save import Outcome, save_in_steps, save_xmp
from chemigram_core.operations.steps import finish
from chemigram_core.repository import Repository
from chemigram_core.roll import pending
from chemigram_core.roll.numbers import IsTaken, next_free
from chemigram_core.roll.take_over import has_history, is_taken_over, lost_its_name, taken_over
from chemigram_core.roll.version_name import version_name, with_version_name
from chemigram_core.roll_file import Given, Numbers, read_numbers, write_numbers
from chemigram_core.shoot.branch_names import branch_for, clashes
from chemigram_core.sidecar import Document, parse

TOOK_OVER = "took_over"  # in a log line's metadata: the number of another branch that darktable has reused for this one


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan for a sidecar: a state of the branch with that number. `tip` is the branch's state, if it has one."""

    number: int
    given: Given
    tip: Document | None
    document: Document
    label: str | None = None

    @property
    def metadata(self) -> Mapping[str, JSON]:
        """The log's metadata of a first state that was written under the number of another branch."""
        return {} if self.tip or self.given.took_over is None else {TOOK_OVER: self.given.took_over}

    @property
    def waits(self) -> bool:
        """Whether it is a first state that has no history yet."""
        return self.tip is None and not has_history(self.document)


def save_number(
    repository: Repository, number: int, data: bytes, is_taken: IsTaken, opened: BranchMark
) -> Outcome | None:
    """Save a sidecar that was written under a number; None: it is durable, and waits (`pending`).

    `opened` is the branch of the number when the file was opened. Raises BranchGone if that was deleted since;
    InvalidXmp, StoreFailed, OSError.
    """
    document = parse(data)
    check_not_deleted(repository.log, opened)
    plan = plan_of(repository, number, document, is_taken)
    _give(repository.root, plan)
    if plan.waits:
        if _begins_to_wait(repository, plan, data):
            return None
        plan = plan_of(repository, number, document, is_taken)
    return _save(repository, plan)


def commit_pending(repository: Repository, before_ns: float) -> bool:
    """Save the first states of sidecars that were written before a time, ns since 1970; returns whether others wait.

    One that can't be saved doesn't stop the others. Raises StoreFailed, OSError.
    """
    waiting = pending.times_ns(repository.root)
    due = [number for number, time_ns in waiting.items() if time_ns < before_ns]
    failed: ChemigramError | OSError | None = None
    for number in due:
        try:
            with locked(repository.root):
                _commit(repository, number, pending.read(repository.root, number))
        except FileNotFoundError:  # became a state meanwhile
            pass
        except (ChemigramError, OSError) as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return len(waiting) > len(due)


def _begins_to_wait(repository: Repository, plan: Plan, data: bytes) -> bool:
    """Let a first state wait, unless its branch has got one since it was planned; whether it waits."""
    with locked(repository.root):
        if repository.refs.read(plan.given.branch) is not None:
            return False
        pending.put(repository.root, plan.number, data)
    return True


def _commit(repository: Repository, number: int, data: bytes) -> None:
    try:
        plan = plan_of(repository, number, parse(data), lambda _: False)
    except InvalidXmp as error:
        _reject(repository, number, data, str(error))
        pending.remove(repository.root, number)
        return
    if plan.tip is None:
        finish(save_in_steps(repository, plan.given.branch, plan.document, plan.metadata, label=plan.label))
        write_numbers(repository.root, _after(read_numbers(repository.root), plan))
    elif plan.tip.edit_digest != plan.document.edit_digest:  # not left by a crash
        _reject(repository, number, data, f"{plan.given.branch} got another first state meanwhile")
    pending.remove(repository.root, number)


def _reject(repository: Repository, number: int, data: bytes, reason: str) -> None:
    repository.rejected.keep(data, f"roll/{number}", reason)


def plan_of(repository: Repository, number: int, document: Document, is_taken: IsTaken) -> Plan:
    """The plan for a sidecar that was written under a number."""
    numbers = read_numbers(repository.root)
    given, base = numbers.get(number), _tip(repository, numbers.get(0))
    if given is None or given.is_retired:
        return _named(Plan(number, Given(_new_branch(repository, number), now()), None, document), base)
    tip, known = _tip(repository, given), taken_over(numbers, number)
    if tip is None or not number:
        return _named(Plan(number, given, tip, document), base)
    if known is not None and lost_its_name(document, base):
        new, given = known
        return _named(Plan(new, given, _tip(repository, given), document), base)
    if is_taken_over(document, tip, base):
        new = next_free(numbers, is_taken)
        given = Given(_new_branch(repository, new), now(), took_over=number)
        return _named(Plan(new, given, None, document), base)
    # Written under its own number: darktable has imported the folder again, and no longer uses the other one for it.
    return _named(Plan(number, given._replace(took_over=None), tip, document), base)


def _named(plan: Plan, base: Document | None) -> Plan:
    """The plan without the inserted version name; a name that was given in darktable is the label."""
    if not plan.number:
        return plan
    own = "" if plan.tip is None else version_name(plan.tip)
    written, shown = version_name(plan.document), plan.given.name or own or plan.given.branch
    document = with_version_name(plan.document, own)
    if written in ("", shown) or (plan.tip is None and lost_its_name(plan.document, base)):
        return replace(plan, document=document)
    return replace(plan, document=document, label=written, given=plan.given._replace(name=written))


def hide(repository: Repository, number: int) -> None:
    """Hide the sidecar of a number until something is saved on its branch; one that waits is saved first.

    Raises StoreFailed, OSError.
    """
    if number in pending.times_ns(repository.root):
        commit_pending(repository, math.inf)
    given = read_numbers(repository.root).get(number)
    if given is not None and (tip := repository.refs.read(given.branch)) is not None:
        _change(repository.root, lambda numbers: {**numbers, number: numbers[number]._replace(hidden=tip)})


def unhide(repository: Repository, number: int) -> None:
    """Show the sidecar of a number again, since a program writes it again. Raises StoreFailed, OSError."""
    if (given := read_numbers(repository.root).get(number)) is not None and given.hidden is not None:
        _change(repository.root, lambda numbers: {**numbers, number: numbers[number]._replace(hidden=None)})


def _save(repository: Repository, plan: Plan) -> Outcome:
    data, metadata = plan.document.canonical(), plan.metadata
    outcome = save_xmp(repository, plan.given.branch, data, label=plan.label, metadata=metadata)
    _change(repository.root, lambda numbers: _after(numbers, plan))
    pending.remove(repository.root, plan.number)
    return outcome


def _after(numbers: Numbers, plan: Plan) -> Numbers:
    """The numbers after a save: the sidecar is shown, under the name that it was given."""
    known = numbers.get(plan.number, plan.given)
    new = known._replace(name=plan.given.name, hidden=None, took_over=plan.given.took_over, instead_of=None)
    return {**numbers, plan.number: new}


def _give(root: Path, plan: Plan) -> None:
    """Write down the number of a new branch."""

    def given(numbers: Numbers) -> Numbers:
        known = numbers.get(plan.number)
        return {**numbers, plan.number: plan.given} if known is None or known.is_retired else numbers

    if plan.tip is None:
        _change(root, given)


def _change(root: Path, change: Callable[[Numbers], Numbers]) -> None:
    """Change the numbers, under the repository's lock."""
    numbers = read_numbers(root)
    if change(numbers) == numbers:
        return
    with locked(root):
        write_numbers(root, change(read_numbers(root)))


def _tip(repository: Repository, given: Given | None) -> Document | None:
    if given is None or given.is_retired or (digest := repository.refs.read(given.branch)) is None:
        return None
    return repository.states.recall(digest) or repository.states.document(digest)


def _new_branch(repository: Repository, number: int) -> BranchName:
    present = repository.refs.branches()
    return branch_for("", number, lambda branch: not any(clashes(branch, other) for other in present))
