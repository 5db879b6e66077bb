"""Saves an XMP or masks on a branch: checks and stores them, and moves the tip. Knows no mounts.

The order makes it safe: objects first, then the registry if masks changed, the log line, and the ref, each durable
before the next. All are written before the object's name is durable: a journaling filesystem then needs fewer commits.
Checking and storing a mask, the long part, happens before the lock is taken and keeps no other saver waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from functools import partial
from types import MappingProxyType

from chemigram_core import sidecar
from chemigram_core.digest import Digest
from chemigram_core.durable.lock import locked
from chemigram_core.errors import UnknownMask
from chemigram_core.log.branch_mark import BranchMark, find
from chemigram_core.log.entry import JSON, LogEntry
from chemigram_core.log.operations import BRANCH, DESCRIBE, SNAPSHOT
from chemigram_core.masks.registry import NO_PROVENANCE, Masks, Provenances
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations import mask_links
from chemigram_core.operations.describe_mask import describe
from chemigram_core.operations.given_masks import NO_FILES, GivenMasks, MaskFiles
from chemigram_core.operations.outcome import Outcome, Saved, Unchanged
from chemigram_core.operations.save_plan import Incoming, NewSnapshot, Tip, Unedited, plan
from chemigram_core.operations.steps import finish
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

__all__ = [
    "GivenMasks",
    "MaskFiles",
    "Outcome",
    "Saved",
    "Steps",
    "Unchanged",
    "remove_masks",
    "rename_mask",
    "save_given",
    "save_in_steps",
    "save_mask",
    "save_xmp",
]


Steps = Generator[None, None, Outcome]
"""A save that pauses wherever its data has to be durable before it continues. Closed early, it leaves at most a log
line; an error that is thrown in removes the line again."""

NO_MASKS: Masks = MappingProxyType({})
NO_METADATA: Mapping[str, JSON] = MappingProxyType({})


def save_xmp(
    repository: Repository,
    branch: BranchName,
    data: bytes,
    *,
    mask_files: MaskFiles = NO_FILES,
    without: Masks = NO_MASKS,
    provenance: Provenances = NO_PROVENANCE,
    label: str | None = None,
    metadata: Mapping[str, JSON] | None = None,
    opened: BranchMark | None = None,
) -> Outcome:
    """Save an XMP on a branch, with new masks and without the removed ones of the tip.

    The XMP's note of masks counts if all of them are in the store; otherwise the branch's masks are carried forward.
    `provenance` describes masks of the state; `metadata` goes into the log line of a snapshot. A missing branch is
    started; `opened`, a mark of it, finds it under its name of today. Raises BranchGone, InvalidXmp, InvalidMask,
    UnknownMask, CannotBeLogged, StoreFailed, OSError.
    """
    document = sidecar.parse(data)
    given = GivenMasks(repository, branch, mask_files)
    with locked(repository.root):
        branch, digest = _find(repository, opened) if opened else (branch, repository.refs.read(branch))
        tip = None if digest is None else _read_tip(repository, branch, digest)
        before = NO_MASKS if tip is None else tip.masks
        missing = _missing(repository, document.masks)
        noted_masks = document.masks if document.masks and not missing else before
        masks = {**_without(noted_masks, without), **given.changed(before)}
        incoming = Incoming(branch, document.with_masks(masks), label, provenance, metadata or NO_METADATA, missing)
        return _save(repository, tip, incoming)


def save_in_steps(
    repository: Repository,
    branch: BranchName,
    document: sidecar.Document,
    metadata: Mapping[str, JSON],
    *,
    by: str | None = None,
    label: str | None = None,
) -> Steps:
    """Save a parsed XMP as `save_xmp` does, for the holder of the lock, who makes durable what each step wrote.

    `by` is what makes the save, unless darktable changed the edit by itself; a new state gets the `label`. Many saves
    made so, in many repositories, become durable together. Raises as `save_xmp`.
    """
    digest = repository.refs.read(branch)
    tip = None if digest is None else _read_tip(repository, branch, digest)
    masks = masks_on_branch(repository, document, NO_MASKS if tip is None else tip.masks)
    missing = _missing(repository, document.masks)
    state = document if masks == document.masks else document.with_masks(masks)
    match plan(tip, Incoming(branch, state, label, metadata=metadata, missing_masks=missing, by=by)):
        case NewSnapshot() as planned:
            return (yield from _apply(repository, planned))
        case Unedited(_, known):
            return Unchanged(known.digest, missing)


def masks_on_branch(repository: Repository, document: sidecar.Document, before: Masks) -> Masks:
    """The masks that an XMP has on a branch with the masks `before`: those of its note, if the store has them all."""
    return document.masks if document.masks and not _missing(repository, document.masks) else before


def save_mask(
    repository: Repository, branch: BranchName, name: MaskName, data: bytes, *, provenance: Provenances = NO_PROVENANCE
) -> Outcome:
    """Save a mask on a branch; pixels equal to the tip's are no change. Raises InvalidMask, NoState, OSError."""
    return save_given(repository, branch, GivenMasks(repository, branch, {name: data}), provenance=provenance)


def save_given(
    repository: Repository,
    branch: BranchName,
    given: GivenMasks,
    *,
    without: Masks = NO_MASKS,
    provenance: Provenances = NO_PROVENANCE,
    opened: BranchMark | None = None,
) -> Outcome:
    """Save masks on a branch as `save_mask` does, without the removed ones of the tip."""
    return _change_masks(
        repository, branch, lambda masks: {**_without(masks, without), **given.changed(masks)}, provenance, opened
    )


def rename_mask(repository: Repository, branch: BranchName, old: MaskName, new: MaskName) -> Outcome:
    """Rename a mask of the tip, replacing one of the new name. Raises UnknownMask, NoState, OSError."""

    def renamed(masks: Masks) -> Masks:
        if old not in masks:
            raise UnknownMask(old)
        return {**{name: mask for name, mask in masks.items() if name != old}, new: masks[old]}

    return _change_masks(repository, branch, renamed)


def remove_masks(repository: Repository, branch: BranchName, removed: Masks) -> Outcome:
    """Save the tip without these masks, if it still has them under these names. Raises NoState, OSError."""
    return _change_masks(repository, branch, lambda masks: _without(masks, removed))


def _change_masks(
    repository: Repository,
    branch: BranchName,
    change: Callable[[Masks], Masks],
    provenance: Provenances = NO_PROVENANCE,
    opened: BranchMark | None = None,
) -> Outcome:
    with locked(repository.root):
        branch, digest = _find(repository, opened) if opened else (branch, None)
        tip = _read_tip(repository, branch, digest or repository.tip(branch))
        document = tip.document.with_masks(change(tip.masks))
        return _save(repository, tip, Incoming(branch, document, provenance=provenance))


def _find(repository: Repository, opened: BranchMark) -> tuple[BranchName, Digest | None]:
    return find(repository.refs, repository.log, opened)


def _read_tip(repository: Repository, branch: BranchName, digest: Digest) -> Tip:
    document = repository.states.recall(digest) or repository.states.document(digest)
    is_inherited = partial(_is_inherited, repository, branch)
    return Tip(digest, document, repository.states.edit(digest), is_inherited)


def _is_inherited(repository: Repository, branch: BranchName) -> bool:
    """Whether nothing was saved on a branch since it was started at the state of another."""
    moves = (entry.op for entry in repository.log.of_ref(branch.ref) if entry.op in {BRANCH, SNAPSHOT})
    return next(moves, None) == BRANCH


def _missing(repository: Repository, note: Masks) -> Masks:
    """The masks of an XMP's note that the store lacks; if any are, the note doesn't count."""
    return {name: mask for name, mask in note.items() if not repository.objects.has(mask, Kind.MASK)}


def _without(masks: Masks, removed: Masks) -> Masks:
    """The masks that are not removed; a mask that is another object by now was saved again and stays."""
    return {name: mask for name, mask in masks.items() if removed.get(name) != mask}


def _save(repository: Repository, tip: Tip | None, incoming: Incoming) -> Outcome:
    """Plan, then apply. For the holder of the lock."""
    match plan(tip, incoming):
        case NewSnapshot() as planned:
            return finish(_apply(repository, planned))
        case Unedited() as planned:
            return _describe(repository, planned)


def _apply(repository: Repository, planned: NewSnapshot) -> Generator[None, None, Saved]:
    """Store the snapshot and move the branch to it."""
    branch, document, provenance = planned.incoming.branch, planned.incoming.document, planned.incoming.provenance
    parent, digest = planned.entry.parent, document.digest
    with (
        repository.refs.moving(branch, parent, digest) as move,
        repository.objects.placed(digest, document.canonical(), Kind.SNAPSHOT) as shard,
    ):
        if planned.changes_registry:
            repository.registry.update(lambda known: known.updated(planned.before, document.masks, provenance))
        with repository.log.appending(planned.entry, lambda: repository.refs.read(branch) == digest) as line:
            shard.sync()
            line.sync()
            yield
            move()
    repository.states.learn(document)
    mask_links.restore(repository)
    return Saved(digest, parent, planned.incoming.missing_masks)


def _describe(repository: Repository, planned: Unedited) -> Unchanged:
    """Record a new label or provenance for the tip, which has the same edit."""
    branch, label, tip = planned.incoming.branch, planned.incoming.label, planned.tip
    repository.refs.sync(branch)
    describe(repository, tip.masks, planned.incoming.provenance)
    if label and label != repository.history.label(tip.digest):
        repository.log.append(LogEntry(DESCRIBE, tip.digest, branch.ref, label=label))
    return Unchanged(tip.digest, planned.incoming.missing_masks)
