"""The page of one image: its states, each with its pictures and a description of its changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chemigram_core.compare import Section, StoredStates, compare_states, sections
from chemigram_core.darktable.drawn.geometry import WHOLE, Part
from chemigram_core.drawn_files.state import drawn_in
from chemigram_core.errors import ChemigramError
from chemigram_core.gallery.pictures import Overlay, Picture, Pictures
from chemigram_core.gallery.timeline import TimelineState, timeline
from chemigram_core.layout import MASK_SUFFIX
from chemigram_core.repository import Repository

_SAME_SHAPE = 0.01  # tolerance for the proportions of a mask and a picture
OTHER_SHAPE = "its proportions differ from the picture's, so it is shown separately"
OTHER_FRAME = "the edit changes what the picture shows ({}), so the mask is shown separately"
NO_PICTURE = "there is no picture to lay it over"


@dataclass(frozen=True, slots=True)
class ShownState:
    """A state as a page shows it. Unreadable parts have no value, and `problems` say why."""

    moment: TimelineState
    changes: Sequence[Section] = ()
    preview: Picture | None = None
    small: Picture | None = None
    overlays: Sequence[Overlay] = ()
    problems: Sequence[str] = ()


@dataclass(frozen=True)
class ImagePage:
    """What the page of an image shows; the states are in order, oldest first. `name` is the image's path in a library,
    or that of its repository.
    """

    name: str
    states: Sequence[ShownState] = field(default_factory=list)

    @cached_property
    def head(self) -> ShownState | None:
        """HEAD's state, which is shown first; the newest one if HEAD has none."""
        return next((state for state in self.states if state.moment.is_head), self.states[-1] if self.states else None)


def image_page(repository: Repository, name: str, pictures: Pictures) -> ImagePage:
    """Gather what the page of an image shows. Raises StoreFailed, OSError; a damaged state does not stop the others."""
    return ImagePage(name, [_shown(repository, moment, pictures) for moment in timeline(repository)])


class _Attempts:
    """The attempts to read parts of one state, and their problems, each once."""

    def __init__(self) -> None:
        self.problems: dict[str, None] = {}

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: object, __: object) -> bool:
        if is_expected := isinstance(error, ChemigramError | OSError):
            self.problems[str(error)] = None
        return is_expected


def _shown(repository: Repository, moment: TimelineState, pictures: Pictures) -> ShownState:
    changes: list[Section] = []
    preview = small = None
    overlays: list[Overlay] = []
    attempts = _Attempts()
    with attempts:
        changes = _changes(repository, moment)
    with attempts:
        preview, small = pictures.preview(moment.digest) or (None, None)
    with attempts:
        overlays.extend(_stored(repository, moment, pictures, preview))
    with attempts:
        overlays.extend(_drawn(repository, moment, pictures, preview))
    return ShownState(moment, changes, preview, small, overlays, list(attempts.problems))


def _changes(repository: Repository, moment: TimelineState) -> list[Section]:
    """What a state changed of its parent."""
    if moment.parent is None:
        return []
    states = (moment.parent, moment.digest)
    return sections(compare_states(StoredStates(repository), *states, ("before", "after")))


def _stored(
    repository: Repository, moment: TimelineState, pictures: Pictures, preview: Picture | None
) -> Iterator[Overlay]:
    """A stored mask is of the image as it is, so it is laid over a picture that shows all of it."""
    masks = repository.state(moment.digest).masks
    reframed_by = ", ".join(drawn_in(repository, moment.digest).reframed_by) if masks else ""
    for name, mask in sorted(masks.items()):
        picture = pictures.mask(moment.digest, name, mask)
        yield Overlay(name, picture, _caveat(picture, preview, OTHER_FRAME.format(reframed_by) if reframed_by else ""))


def _drawn(
    repository: Repository, moment: TimelineState, pictures: Pictures, preview: Picture | None
) -> Iterator[Overlay]:
    """A drawn mask is of the picture before the crop, so the part that the crop leaves is laid over it."""
    files = drawn_in(repository, moment.digest)
    part, other_frame = files.part or WHOLE, "; ".join(files.notes) if files.part is None else ""
    for mask in files.masks:
        name = mask.path.removesuffix(MASK_SUFFIX)
        if mask.recipe is None or files.raster is None:
            yield Overlay(name, None, f"no picture: {files.problem(mask)}")
        else:
            picture = pictures.drawn(moment.digest, mask, files.raster)
            yield Overlay(name, picture, _caveat(picture, preview, other_frame, part), part)


def _caveat(mask: Picture, preview: Picture | None, other_frame: str, part: Part = WHOLE) -> str:
    """Why that part of a mask can't be laid over the preview; empty if it can."""
    if preview is None:
        return NO_PICTURE
    if other_frame:
        return other_frame
    width, height = mask.width * (part.right - part.left), mask.height * (part.bottom - part.top)
    ratio = width * preview.height / (height * preview.width)
    return "" if 1 / (1 + _SAME_SHAPE) <= ratio <= 1 + _SAME_SHAPE else OTHER_SHAPE
