"""A screen of its own (Xvfb) with a keyboard and a mouse (xdotool). Knows X; nothing of darktable or chemfs."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar

from PIL import Image

Result = TypeVar("Result")
PATIENCE_SECONDS = 90.0
POLL_SECONDS = 0.05
WIDTH_PIXELS, HEIGHT_PIXELS = 1280, 800


@dataclass(frozen=True)
class Screen:
    """A running display; `picture` is what a person in front of it would see."""

    display: str

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self.display, "GDK_BACKEND": "x11", "LC_ALL": "C.UTF-8"}

    def picture(self) -> Image.Image:
        return Image.open(BytesIO(self._run("import", "-silent", "-window", "root", "png:-"))).convert("RGB")

    def press(self, *keys: str) -> None:
        self._run("xdotool", "key", *keys)

    def point_at(self, x: int, y: int) -> None:
        self._run("xdotool", "mousemove", str(x), str(y))

    def titles(self) -> list[str]:
        """The titles of the windows that show."""
        found = self._run("xdotool", "search", "--onlyvisible", "--name", ".").decode().split()
        return [self._run("xdotool", "getwindowname", window).decode().strip() for window in found]

    def _run(self, *words: str) -> bytes:
        return subprocess.run(words, env=self.environment, capture_output=True, check=False).stdout


@contextmanager
def new_screen() -> Iterator[Screen]:
    answer, server_end = os.pipe()
    size = f"{WIDTH_PIXELS}x{HEIGHT_PIXELS}x24"
    command = ["Xvfb", "-displayfd", str(server_end), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[server_end], stderr=subprocess.DEVNULL)
    os.close(server_end)
    try:
        with os.fdopen(answer) as number:  # comes when the server takes clients
            yield Screen(f":{number.readline().strip()}")
    finally:
        server.terminate()
        server.wait()


def wait_for(what: str, attempt: Callable[[], Result | None]) -> Result:
    """The attempt's first result that is true; a slow machine only takes longer."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (result := attempt()):
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}"
        time.sleep(POLL_SECONDS)
    return result
