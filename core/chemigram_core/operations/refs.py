"""Branches, tags and HEAD as verbs: create, delete, rename, check out. Each is logged, then done, under the lock."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress

from chemigram_core import roll_file, scratch
from chemigram_core.digest import Digest
from chemigram_core.durable.lock import locked
from chemigram_core.errors import BranchInUse, ChemigramError
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import BRANCH, CHECKOUT, DELETE_BRANCH, DELETE_TAG, RENAME, TAG
from chemigram_core.names import BranchName, RefName, TagName
from chemigram_core.operations import mask_links
from chemigram_core.operations.steps import finish, made_durable
from chemigram_core.refs.head import Detached, Head, OnBranch
from chemigram_core.refs.refs import Refs
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind


def create_branch(repository: Repository, name: BranchName, rev: str = "HEAD") -> Digest:
    """Create a branch at a state.

    Raises RefExists, RefConflict, UnknownRevision, NoState, ObjectMissing; FilesInBranch for files left under its name.
    """
    return _create(repository, name, rev, BRANCH)


def create_tag(repository: Repository, name: TagName, rev: str = "HEAD") -> Digest:
    """Tag a state; the tag never moves. Raises RefExists, RefConflict, UnknownRevision, NoState, ObjectMissing."""
    return _create(repository, name, rev, TAG)


def create_tag_in_steps(repository: Repository, name: TagName, digest: Digest) -> Generator[None, None, Digest]:
    """Tag a state as `create_tag` does, for the holder of the lock, who makes durable what each step wrote."""
    return _create_in_steps(repository, name, digest, TAG)


def delete_branch(repository: Repository, name: BranchName) -> None:
    """Remove a branch without other programs' files; its snapshots stay until they are collected.

    Raises BranchInUse, RefMissing, FilesInBranch.
    """
    with locked(repository.root):
        if repository.refs.head() == OnBranch(name):
            raise BranchInUse(name)
        repository.tip(name)
        scratch.clear(repository.root, name)
        with roll_file.deleting(repository.root, name, lambda: repository.refs.read(name) is None):
            _delete(repository, name, DELETE_BRANCH)


def delete_tag(repository: Repository, name: TagName) -> None:
    """Remove a tag. Raises RefMissing."""
    with locked(repository.root):
        _delete(repository, name, DELETE_TAG)


def rename_branch(repository: Repository, old: BranchName, new: BranchName) -> None:
    """Rename a branch; HEAD and other programs' files follow.

    Raises RefMissing, NoState, RefExists, RefConflict; FilesInBranch for files left under the new name.
    """
    with locked(repository.root):
        tip = repository.tip(old)
        repository.refs.check_free(new)
        scratch.clear(repository.root, new)
        entry = LogEntry(RENAME, tip, new.ref, metadata={"from": old.ref})

        def is_done() -> bool:
            return repository.refs.read(old) is None

        with roll_file.renaming(repository.root, old, new, is_done), repository.log.appended(entry, is_done):
            _rename(repository, old, new, tip)


def checkout(repository: Repository, head: Head) -> None:
    """Move HEAD to a branch or a snapshot; the registry and masks/ follow (RFC-003).

    Raises RefMissing, NoState, ObjectMissing, RegistryDamaged.
    """
    with locked(repository.root):
        match head:
            case OnBranch(branch):
                digest = repository.tip(branch)
                entry = LogEntry(CHECKOUT, digest, branch.ref)
            case Detached(digest):
                entry = LogEntry(CHECKOUT, digest)
        _require(repository, digest)
        masks = repository.state(digest).masks
        repository.registry.update(lambda known: known.checked_out(masks))
        with repository.log.appended(entry, lambda: repository.refs.head() == head):
            repository.refs.set_head(head)
        mask_links.restore(repository)


def _create(repository: Repository, name: RefName, rev: str, op: str) -> Digest:
    with locked(repository.root):
        return finish(_create_in_steps(repository, name, repository.resolve(rev), op))


def _create_in_steps(repository: Repository, name: RefName, digest: Digest, op: str) -> Generator[None, None, Digest]:
    _require(repository, digest)
    repository.refs.check_free(name)
    if isinstance(name, BranchName):
        scratch.clear(repository.root, name)
    with repository.log.appended(LogEntry(op, digest, name.ref), lambda: repository.refs.read(name) == digest):
        yield
        repository.refs.create(name, digest)
    yield from made_durable(lambda: repository.refs.sync(name))
    return digest


def _require(repository: Repository, digest: Digest) -> None:
    """Refuse to point at a lost or collected state: a cached state may hide that it is gone."""
    repository.objects.info(digest, Kind.SNAPSHOT)


def _delete(repository: Repository, name: RefName, op: str) -> None:
    tip = repository.tip(name)
    with repository.log.appended(LogEntry(op, tip, name.ref), lambda: repository.refs.read(name) is None):
        repository.refs.delete(name)


def _rename(repository: Repository, old: BranchName, new: BranchName, tip: Digest) -> None:
    refs = repository.refs
    try:
        scratch.move(repository.root, old, new)
        refs.create(new, tip)
        if refs.head() == OnBranch(old):
            refs.set_head(OnBranch(new))
        refs.delete(old)
    except (ChemigramError, OSError):
        with suppress(ChemigramError, OSError):
            _take_back_rename(refs, old, new)
        with suppress(ChemigramError, OSError):
            if refs.read(old) is not None:
                scratch.move(repository.root, new, old)
        raise


def _take_back_rename(refs: Refs, old: BranchName, new: BranchName) -> None:
    if refs.read(old) is None:
        return
    if refs.head() == OnBranch(new):
        refs.set_head(OnBranch(old))
    refs.delete(new)
