"""One call of darktable-cli that renders many states: matches pictures with states, and detects unusable ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from chemfs.render.darktable import Darktable, environment
from chemfs.render.job import Job
from chemfs.render.messages import Exported, NotExported, UnreadStep, UnreadXmp, parse
from chemfs.render.process import Process
from chemfs.render.workshop import Workshop


class Picture(NamedTuple):
    """The picture of a job; `problem` says why it is missing or does not show the state."""

    job: Job
    data: bytes
    problem: str


@dataclass(slots=True)
class Batch:
    """The states that one call of darktable is given. `pending` are those whose picture has not been returned yet."""

    darktable: Darktable
    workshop: Workshop
    pending: dict[str, Job]
    _unread: dict[str, str] = field(default_factory=dict)  # what darktable could not read, by stem
    _steps: list[str] = field(default_factory=list)  # the same for the picture in progress
    _said: list[str] = field(default_factory=list)  # since the last picture

    def start(self, size_pixels: int, limit_seconds: float) -> Process:
        """Call darktable; each picture has the time limit. Raises OSError."""
        images = [self.workshop.image(stem, job) for stem, job in self.pending.items()]
        command = self.darktable.command(images, self.workshop.pictures, size_pixels, self.workshop.folder)
        return Process(command, environment(self.workshop.folder), limit_seconds)

    def pictures(self, process: Process) -> Iterator[Picture]:
        """The pictures, each as soon as it is finished."""
        for line in process.lines():
            match parse(line):
                case Exported(stem):
                    process.made_progress()
                    yield from self._finished(stem)
                case NotExported(stem):
                    process.made_progress()
                    yield from self._refused(stem)
                case UnreadXmp(stem, says):
                    self._unread[stem] = says
                case UnreadStep(says):
                    self._steps.append(says)
                case None:
                    self._said.append(line)

    def rest(self) -> Iterator[Picture]:
        """The pictures of a darktable whose messages differ, once it has ended."""
        for stem in tuple(self.pending):
            if os.path.exists(self.workshop.pictures / f"{stem}.jpg"):  # noqa: PTH110
                yield from self._finished(stem)

    def _finished(self, stem: str) -> Iterator[Picture]:
        says = "; ".join(filter(None, (self._unread.get(stem), *dict.fromkeys(self._steps))))
        data = self.workshop.picture(stem)
        if data is not None and (job := self._taken(stem)):
            yield Picture(job, data, f"darktable {self.darktable.version} can't read the edit: {says}" if says else "")

    def _refused(self, stem: str) -> Iterator[Picture]:
        said = next((line.rpartition("]")[2].strip() for line in self._said if stem in line), "no reason given")
        if job := self._taken(stem):
            said = said.replace(str(self.workshop.image(stem, job)), job.image.name)
            yield Picture(job, b"", f"darktable can't render {job.image.name}: {said}")

    def _taken(self, stem: str) -> Job | None:
        self._steps.clear()
        self._said.clear()
        return self.pending.pop(stem, None)
