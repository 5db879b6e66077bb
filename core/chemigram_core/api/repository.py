"""A repository for programs: a method for each verb, plain strings and paths in, typed values out.

Names and revisions are parsed here, and nowhere below. docs/library.md explains each verb with an example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import islice
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from chemigram_core import fsck, gc
from chemigram_core.digest import Digest
from chemigram_core.durable import ownership
from chemigram_core.errors import UnknownMask
from chemigram_core.fsck import Finding
from chemigram_core.gc import Garbage
from chemigram_core.image.location import image_problem
from chemigram_core.log.entry import JSON, LogEntry
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations import refs
from chemigram_core.operations.export import export
from chemigram_core.operations.relink import relink
from chemigram_core.operations.restore import restore
from chemigram_core.operations.save import Outcome, save_mask, save_xmp
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.refs.revision import checkout_target
from chemigram_core.repository import Repository as CoreRepository
from chemigram_core.states import State
from chemigram_core.store.objects import Kind

if TYPE_CHECKING:  # comparing loads numpy, which no other verb needs
    from chemigram_core.compare import Changeset, Extension

StrPath: TypeAlias = str | PathLike[str]
_NONE: Mapping[str, Any] = MappingProxyType({})


class Repository:
    """The repository of one image. Safe for many threads; other processes may work on it at the same time.

    `rev` is a branch, a tag, HEAD, a full ref, an identifier or its first digits (7 or more); a branch wins over a tag
    of the same name. `branch` is by default the branch that HEAD is on. Every method may raise StoreFailed for
    a damaged repository, and OSError.
    """

    def __init__(self, path: StrPath, *, trust: bool = False) -> None:
        """Open the repository in the folder `path`; nothing is written. Raises NotARepository.

        Writing to a repository of another user raises ForeignRepository, unless `trust` is given. Trust lasts for
        the life of the process.
        """
        if trust:
            ownership.trust(Path(path))
        self._core = CoreRepository(Path(path))

    @property
    def path(self) -> Path:
        """The repository's folder."""
        return self._core.root

    @property
    def image(self) -> Path | None:
        """The repository's image, or None if it has none that can be read."""
        image = self._core.image
        return None if image is None or image_problem(image) is not None else image.path

    def head(self) -> BranchName | Digest:
        """The branch that HEAD is on, or the snapshot if it is detached."""
        match self._core.refs.head():
            case OnBranch(branch):
                return branch
            case Detached(digest):
                return digest

    def save(
        self,
        xmp: bytes,
        *,
        branch: str | None = None,
        masks: Mapping[str, bytes] = _NONE,
        provenance: Mapping[str, Mapping[str, Any]] = _NONE,
        label: str | None = None,
        metadata: Mapping[str, JSON] | None = None,
    ) -> Outcome:
        """Save an XMP as the next state of a branch, which is created if it does not exist.

        `masks` are PNGs by name, new ones or replacements; the branch's other masks stay, unless the XMP has a note of
        its masks: then the note decides. `provenance` describes masks of the state, by name, with the keys provider,
        prompt, generator_config, generated_from_render_hash and created_at. `metadata` is any JSON object for the log
        line of the snapshot. Unchanged, and without a log line, if nothing but bookkeeping differs from the branch's
        tip. Raises InvalidXmp, InvalidMask, InvalidName, InvalidProvenance, UnknownMask, CannotBeLogged, HeadDetached.
        """
        return save_xmp(
            self._core,
            self._branch(branch),
            xmp,
            mask_files={MaskName(name): png for name, png in masks.items()},
            provenance={MaskName(name): Provenance.parse(known) for name, known in provenance.items()},
            label=label,
            metadata=metadata,
        )

    def save_mask(self, name: str, png: bytes, *, branch: str | None = None) -> Outcome:
        """Save one mask as the next state of a branch; Unchanged if the tip's has the same pixels.

        Raises InvalidMask, InvalidName, NoState, RefMissing, HeadDetached.
        """
        return save_mask(self._core, self._branch(branch), MaskName(name), png)

    def restore(self, rev: str, *, branch: str | None = None) -> Outcome:
        """Make an old state, masks included, the next state of a branch. What came after it stays in the history.

        Raises UnknownRevision, AmbiguousRevision, NoState, HeadDetached; ObjectMissing for a mask that is lost.
        """
        return restore(self._core, self._branch(branch), self._core.resolve(rev))

    def restore_to(self, rev: str, sidecar: StrPath) -> Outcome:
        """Write an old state into a sidecar beside the image, and make it the next state of the sidecar's branch.

        The edit that is in the sidecar is saved on that branch first. Raises NotItsSidecar, and as `restore`.
        """
        from chemigram_core.shoot.restore import restore_to

        return restore_to(self._core, self._core.resolve(rev), Path(sidecar)).outcome

    def state(self, rev: str = "HEAD") -> State:
        """The identifier of a state and the identifiers of its masks by name.

        Raises UnknownRevision, AmbiguousRevision, NoState.
        """
        return self._core.state(self._core.resolve(rev))

    def xmp(self, rev: str = "HEAD") -> bytes:
        """The canonical XMP of a state. Raises as `state`."""
        return self._core.objects.read(self._core.resolve(rev), Kind.SNAPSHOT)

    def mask(self, name: str, rev: str = "HEAD") -> bytes:
        """The PNG of a mask of a state. Raises UnknownMask, and as `state`."""
        if (mask := self.state(rev).masks.get(MaskName(name))) is None:
            raise UnknownMask(name)
        return self._core.objects.read(mask, Kind.MASK)

    def branch(self, name: str, rev: str = "HEAD") -> Digest:
        """Start a branch at a state, whose identifier is returned. Raises InvalidName, RefExists, RefConflict."""
        return refs.create_branch(self._core, BranchName(name), rev)

    def branches(self) -> dict[BranchName, Digest]:
        """The branches that have a state, by name, each with its tip."""
        return {name: self._core.tip(name) for name in self._core.refs.branches()}

    def rename_branch(self, old: str, new: str) -> None:
        """Give a branch another name; HEAD follows. Raises InvalidName, RefMissing, RefExists, RefConflict, NoState."""
        refs.rename_branch(self._core, BranchName(old), BranchName(new))

    def delete_branch(self, name: str) -> None:
        """Delete a branch; its states stay until `gc` collects them. Raises BranchInUse for HEAD's own, RefMissing."""
        refs.delete_branch(self._core, BranchName(name))

    def tag(self, name: str, rev: str = "HEAD") -> Digest:
        """Tag a state permanently, and return its identifier. Raises InvalidName, RefExists, RefConflict."""
        return refs.create_tag(self._core, TagName(name), rev)

    def tags(self) -> dict[TagName, Digest]:
        """The tags by name, each with its state."""
        return {name: self._core.tip(name) for name in self._core.refs.tags()}

    def delete_tag(self, name: str) -> None:
        """Delete a tag; its state stays until `gc` collects it. Raises RefMissing."""
        refs.delete_tag(self._core, TagName(name))

    def checkout(self, rev: str) -> BranchName | Digest:
        """Switch HEAD to a branch, or to the state of any other revision; `masks/` and the registry follow.

        Returns where HEAD is now. Raises UnknownRevision, AmbiguousRevision.
        """
        refs.checkout(self._core, checkout_target(rev, self._core.refs, self._core.objects))
        return self.head()

    def log(self, branch: str | None = None, *, limit: int | None = None) -> list[LogEntry]:
        """The operations, newest first: all of them or those on one branch, at most `limit`.

        Raises RefMissing for a branch that never existed.
        """
        entries = self._core.log.newest_first() if branch is None else self._core.branch_log(BranchName(branch))
        return list(islice(entries, limit))

    def diff(self, left: str, right: str, *, extensions: Sequence[Extension] = ()) -> Changeset:
        """What changed from one state to another; `root` is None if nothing did. Raises as `state`.

        `extensions` are comparators and transformers used in addition to installed plug-ins.
        """
        from chemigram_core.compare import StoredStates, compare_states

        states = (self._core.resolve(left), self._core.resolve(right))
        return compare_states(StoredStates(self._core), *states, (left, right), extensions=extensions)

    def export(self, rev: str, folder: StrPath) -> list[Path]:
        """Write a state's files to a new or empty folder; returns the paths. Raises FolderNotEmpty, and as `state`.

        The image is among them if it can be read.
        """
        return export(self._core, self._core.resolve(rev), Path(folder)).files

    def relink(self, file: StrPath, *, rename: bool = False) -> None:
        """Record that the image is `file` from now on. It is linked, and its path is kept as given.

        The image keeps its name in every state, since sidecars are named after it, unless `rename` is given.
        Raises UnusableImage, UnusableImageFile; OtherImage for another name, or if the image itself is in `raw/`.
        """
        relink(self._core, Path(file), rename=rename)

    def gc(self, *, keep: timedelta = gc.GRACE, dry_run: bool = False, unlogged: bool = False) -> Garbage:
        """Remove objects that nothing needs and that are older than `keep`; returns what was removed, or would be.

        Snapshots that are not in the log are kept, unless `unlogged` is given.

        Raises LogDamaged, before anything is removed.
        """
        return (gc.find_garbage if dry_run else gc.collect)(self._core, keep, unlogged=unlogged)

    def fsck(self, *, repair: bool = False) -> list[Finding]:
        """Check every object, ref and mask, the log and the registry; returns what was found.

        A finding that `is_harmless` is information, not a problem.

        `repair` repairs what it can and deletes nothing; a second call returns what is left. If the repository is too
        damaged to be opened, use `chemigram_core.fsck.check`.
        """
        found = fsck.check(self.path)
        if repair:
            for finding in found:
                fsck.repair(self.path, finding)
            fsck.finish(self.path)
        return found

    def _branch(self, name: str | None) -> BranchName:
        return self._core.head_branch() if name is None else BranchName(name)
