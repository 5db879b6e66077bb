"""Renders states, many in one call of darktable, and keeps the pictures as previews. Skips states that have one."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from chemfs.render.batch import Batch, Picture
from chemfs.render.darktable import Darktable
from chemfs.render.job import Job, NotRendered, Outcome, Rendered, Wanted
from chemfs.render.process import Process
from chemfs.render.workshop import Workshop
from chemigram_core.errors import ChemigramError, Refused
from chemigram_core.image.location import Location, locate
from chemigram_core.previews.image_identity import image_identity
from chemigram_core.previews.preview_name import PreviewName, Rendering
from chemigram_core.previews.previews import Previews
from chemigram_core.store.objects import Kind

SIZE_PIXELS = 1024
LIMIT_SECONDS = 300.0  # for one picture: a raw of 100 million pixels takes a slow machine some minutes
BATCH = 16  # starting darktable takes longer than rendering a small picture


class NoImage(Refused):
    """There is nothing to render."""

    def __init__(self) -> None:
        super().__init__("the repository has no image; add one with `chemfs relink REPO FILE`")


class ImageChanged(Refused):
    """The image is not the one that was rendered."""

    def __init__(self) -> None:
        super().__init__("the image changed while it was rendered; repeat")


class Limits(NamedTuple):
    """The longer side of a picture in pixels, and how long one may take."""

    size_pixels: int = SIZE_PIXELS
    seconds: float = LIMIT_SECONDS


class Renderer:
    """Renders with one darktable, in one temporary folder. `stop` may be called by another thread."""

    def __init__(self, darktable: Darktable, workshop: Workshop, limits: Limits) -> None:
        self._darktable = darktable
        self._workshop = workshop
        self._limits = limits
        self._process: Process | None = None
        self._is_stopped = False

    def render(self, states: Iterable[Wanted]) -> Generator[Outcome, None, None]:
        """The result of each state, as soon as it is known: in any order."""
        jobs: list[Job] = []
        for wanted in states:
            match self._look(wanted):
                case Job() as job:
                    jobs.append(job)
                case outcome:
                    yield outcome
            if len(jobs) == BATCH:
                yield from self._together(jobs)
                jobs = []
        yield from self._together(jobs)

    def stop(self) -> None:
        """Stop rendering, and end the running darktable. Finished pictures stay."""
        self._is_stopped = True
        if (process := self._process) is not None:
            process.kill()

    def _look(self, wanted: Wanted) -> Job | Outcome:
        """The preview of a state, which may be that of another state with the same edit; otherwise a job."""
        try:
            location = _locate(wanted)
            rendering = self._rendering(wanted, location)
            previews = Previews(wanted.repository.root)
            if (known := previews.rendered(wanted.snapshot, rendering)) is not None:
                return Rendered(wanted, known.name, is_new=False)
            if (data := previews.read_rendering(rendering)) is not None:
                return Rendered(wanted, previews.put(wanted.snapshot, rendering, data), is_new=True)
            previews.prepare()
            xmp = wanted.repository.objects.read(wanted.snapshot, Kind.SNAPSHOT)
        except (ChemigramError, OSError) as error:
            return NotRendered(wanted, said(error))
        return Job(wanted, rendering, xmp, Path(location.path))

    def _rendering(self, wanted: Wanted, image: Location) -> Rendering:
        edit = wanted.repository.states.edit(wanted.snapshot)
        return Rendering.of(edit, image_identity(image.status), self._limits.size_pixels, self._darktable.version)

    def _together(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Render jobs in one call. If it crashes or is late, the remaining ones are rendered one by one."""
        if not jobs or self._is_stopped:
            return
        batch = Batch(self._darktable, self._workshop, self._workshop.lay_out(jobs))
        with self._running(batch) as process:
            yield from map(self._kept, batch.pictures(process))
        yield from map(self._kept, batch.rest())
        if len(jobs) > 1:
            for job in batch.pending.values():
                yield from self._together([job])
        elif batch.pending and not self._is_stopped:
            yield NotRendered(jobs[0].wanted, self._no_picture(process))

    def _no_picture(self, process: Process) -> str:
        if process.is_late:
            return f"darktable made no picture in {self._limits.seconds:.0f} seconds"
        code = process.exit_code or 0
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"darktable {how} and made no picture"

    @contextmanager
    def _running(self, batch: Batch) -> Iterator[Process]:
        with batch.start(*self._limits) as process:
            self._process = process
            if self._is_stopped:  # `stop` may have come before there was a process
                process.kill()
            try:
                yield process
            finally:
                self._process = None

    def _kept(self, picture: Picture) -> Outcome:
        wanted = picture.job.wanted
        if picture.problem:
            return NotRendered(wanted, picture.problem)
        try:
            return Rendered(wanted, _put(picture.job, picture.data), is_new=True)
        except (ChemigramError, OSError) as error:
            return NotRendered(wanted, said(error))


def _locate(wanted: Wanted) -> Location:
    """The image's file, on a path without links. Raises NoImage, ImageUnavailable, OSError."""
    if (image := wanted.repository.image) is None:
        raise NoImage
    return locate(image)


def _put(job: Job, data: bytes) -> PreviewName:
    """Keep a picture. Raises ImageChanged, InvalidJpeg, ForeignRepository, OSError."""
    if image_identity(_locate(job.wanted).status) != job.rendering.image:
        raise ImageChanged
    return Previews(job.wanted.repository.root).put(job.wanted.snapshot, job.rendering, data)


def said(error: ChemigramError | OSError) -> str:
    """What went wrong, in one line."""
    return str(error) if isinstance(error, ChemigramError) else f"{error.filename}: {error.strerror}"
