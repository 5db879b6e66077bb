"""The checks of each repository, one function for each kind of problem. A new one is one more in `CHECKS`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from chemigram_core.errors import ObjectMissing
from chemigram_core.image.errors import ImageNotFollowed
from chemigram_core.image.location import image_problem
from chemigram_core.image.raw_folder import Image, is_near_sidecar
from chemigram_core.log.metadata import HISTORY_LOSS
from chemigram_core.rejected import FOLDER as REJECTED
from chemigram_core.roll_file import read_numbers
from chemigram_core.scratch import names_of
from chemigram_core.shoot.file_names import SUFFIX, match
from chemigram_core.shoot.last_taken import edited_in_both
from chemigram_core.shoot.source_file import read_sources
from chemigram_core.status.attention import Attention, Kind
from chemigram_core.status.facts import Facts
from chemigram_core.store.objects import Kind as ObjectKind


def dangling(facts: Facts) -> Iterator[Attention]:
    """Branches whose state is gone. Only fsck reads the objects themselves."""
    for branch, tip in facts.tips.items():
        if not facts.repository.objects.has(tip, ObjectKind.SNAPSHOT):
            yield Attention(Kind.DAMAGED, f"{branch}: {ObjectMissing(tip)}", {"ref": branch.ref, "hash": tip})


def missing_image(facts: Facts) -> Iterator[Attention]:
    """raw/ names an image that can't be read."""
    image = facts.image
    if image is not None and (problem := image_problem(image)) is not None:
        says = f"looked for it at {image.place} ({problem.reason})"
        kind = Kind.ANOTHER_USERS if isinstance(problem, ImageNotFollowed) else Kind.IMAGE_MISSING
        yield Attention(kind, says, {"image": image.place})


def rejected(facts: Facts) -> Iterator[Attention]:
    """Saves that were rejected."""
    for save in facts.repository.rejected.all():
        lines = (line.partition(":") for line in save.reason.splitlines())
        reason = {key: value.strip() for key, colon, value in lines if colon}
        path = f"{REJECTED}/{save.file_name}"
        yield Attention(Kind.REJECTED, f"{path}: {reason.get('why', save.reason)}", {"path": path, **reason})


def history_lost(facts: Facts) -> Iterator[Attention]:
    """Branches at a state that lost history when it was saved."""
    for entry in facts.losses:
        for branch, tip in facts.tips.items():
            if tip == entry.hash:
                says = f"{branch}: {entry.metadata.get(HISTORY_LOSS)}"
                yield Attention(Kind.HISTORY_LOST, says, {"ref": branch.ref, "hash": tip, "parent": entry.parent or ""})


def edited_in_two_places(facts: Facts) -> Iterator[Attention]:
    """Sidecars whose edit was saved over another edit of the branch."""
    for name, taken in edited_in_both(facts.repository, read_sources(facts.repository.root)).items():
        details = {"source": name, "ref": taken.branch.ref, "hash": taken.hash, "over": taken.over or ""}
        says = f"{name} was taken over {details['over'][:12]}, which was saved on {taken.branch} elsewhere"
        yield Attention(Kind.EDITED_IN_BOTH, says, details)


def in_the_roll(facts: Facts) -> Iterator[Attention]:
    """Numbers that another branch had, in darktable or until it was deleted; sidecars that were removed in roll/."""
    for number, given in read_numbers(facts.repository.root).items():
        branch, details = given.branch, {"ref": given.branch.ref, "number": str(number)}
        if given.is_retired or branch not in facts.tips:
            continue
        if given.took_over is not None:
            says = f"darktable used {given.took_over}, another branch's number, for {branch}, whose number is {number}"
            yield Attention(Kind.NUMBER_TAKEN_OVER, says, details)
        if given.instead_of is not None:
            says = f"number {number} was {given.instead_of}, which was deleted, and is now {branch}"
            yield Attention(Kind.NUMBER_0_MOVED, says, {**details, "instead_of": given.instead_of.ref})
        if facts.tips[branch] == given.hidden:
            yield Attention(Kind.HIDDEN_SIDECAR, f"{branch}, which has number {number} there", details)


def unversioned(facts: Facts) -> Iterator[Attention]:
    """Files in branch folders that users may take for sidecars: near names, and darktable's duplicates."""
    image = facts.image
    for branch in facts.branches:
        names = names_of(facts.repository.root, branch)
        found = [(Kind.NEAR_NAME, name) for name in names if is_near_sidecar(name, image)]
        found += [(Kind.UNVERSIONED_DUPLICATE, name) for name in _duplicates(names, image)]
        for kind, name in found:
            yield Attention(kind, path := f"heads/{branch}/{name}", {"path": path})


def _duplicates(names: Sequence[str], image: Image | None) -> Iterable[str]:
    if image is None:
        return ()
    (found,), _ = match([image.name], [name for name in names if name.endswith(SUFFIX)])
    return found.sidecars.values()


def no_state(facts: Facts) -> Iterator[Attention]:
    """No branch has a state, and HEAD is at none."""
    if not facts.tips and facts.state is None:
        yield Attention(Kind.NO_STATE, "no snapshot yet")


CHECKS: Sequence[Callable[[Facts], Iterator[Attention]]] = (
    dangling,
    missing_image,
    rejected,
    history_lost,
    edited_in_two_places,
    in_the_roll,
    unversioned,
    no_state,
)
