"""Renders states in the background of a mount, one at a time: each new one, and tagged ones that have no picture.

New is what the repositories of the mount get while it is mounted, also from commands that know nothing of the mount.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from chemfs.render.darktable import Darktable
from chemfs.render.job import NotRendered, Wanted
from chemfs.render.new_states import NewStates, StateAt, repositories
from chemfs.render.renderer import Limits, Renderer
from chemfs.render.workshop import Workshop
from chemigram_core.digest import Digest
from chemigram_core.durable.ownership import require_own
from chemigram_core.errors import ChemigramError
from chemigram_core.previews.image_identity import present_identity
from chemigram_core.previews.previews import Previews
from chemigram_core.repository import Repository

_PAUSE_SECONDS = 1.0  # between two checks for new states
_MOST_WAITING = 10_000  # states; beyond them, no more are looked for until some are rendered
_PATIENCE_SECONDS = 5.0  # it may be looking at an image on a drive that does not answer
_NO_PICTURE = "%s: snapshot %s has no picture"

logger = logging.getLogger(__name__)


class Worker:
    """Use as a context manager; leaving it ends the darktable that runs. `watch` costs a save no look at the disk."""

    def __init__(self, darktable: Darktable, root: Path) -> None:
        """`root` is the repository or the library whose tagged states are rendered."""
        self._root = root
        self._workshop = Workshop()
        self._renderer = Renderer(darktable, self._workshop, Limits())
        self._new = NewStates(root)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="previews", daemon=True)

    def __enter__(self) -> Self:
        self._workshop.__enter__()
        self._new.begin()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._renderer.stop()
        self._thread.join(_PATIENCE_SECONDS)
        self._workshop.__exit__()

    def watch(self, repository: Repository) -> None:
        """A repository is about to change. May be called by any thread."""
        self._new.watch(repository)

    def _run(self) -> None:
        waiting, tagged = dict[StateAt, None](), self._tagged()
        while not self._stopped.is_set():
            if len(waiting) < _MOST_WAITING:
                waiting |= dict.fromkeys(self._new.take())
            if waiting:
                self._render(*waiting.popitem()[0])  # newest first: the user may be waiting for it
            elif (found := next(tagged, None)) is not None:
                self._render(*found)
            else:
                self._stopped.wait(_PAUSE_SECONDS)

    def _tagged(self) -> Iterator[StateAt]:
        for root in map(Path, repositories(self._root)):
            with suppress(ChemigramError, OSError):  # fsck and status report it
                require_own(root)
                repository = Repository(root)
                yield from ((root, repository.tip(tag)) for tag in repository.refs.tags())

    def _render(self, root: Path, state: Digest) -> None:
        """Render a state that has no picture, and log why it can't be rendered."""
        try:
            repository = Repository(root)
            if Previews(repository.root).find(state, present_identity(repository.image)) is None:
                for outcome in self._renderer.render([Wanted(repository, "", state)]):
                    if isinstance(outcome, NotRendered):
                        logger.warning(f"{_NO_PICTURE}: %s", root.name, state[:12], outcome.says)
        except Exception:
            logger.exception(_NO_PICTURE, root.name, state[:12])
