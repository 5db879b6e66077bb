"""The real darktable window, driven by the keyboard as a photographer does it.

Knows darktable 4.2; nothing of chemfs. It waits for what darktable itself reports: events that a Lua script in its
configuration writes down, its window, its stderr.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.support.screen import HEIGHT_PIXELS, POLL_SECONDS, WIDTH_PIXELS, Screen, wait_for

DATA = Path("/usr/share/darktable")
CONFLICT_DIALOG = "updated XMP sidecar files found"
WRITE_REFUSED = "cannot write XMP file"
MIDDLE, OUTSIDE = (WIDTH_PIXELS // 2, HEIGHT_PIXELS // 2), (WIDTH_PIXELS // 2, 20)
CELLS = [(x, y) for y in range(120, 760, 90) for x in range(260, 1020, 60)]  # of the lighttable, with many images
BELOW_IMAGE = (WIDTH_PIXELS // 2 - 100, 648, WIDTH_PIXELS // 2 + 100, 732)  # empty but for messages
SETTINGS = {
    "run_crawler_on_start": "TRUE",  # "look for updated XMP files on startup"
    "write_sidecar_files": "on import",  # darktable's default, and the setting that writes most
    "ask_before_discard": "FALSE",
    "database/create_snapshot": "never",
    "lighttable/ui/1/bottom_visible": "FALSE",
    "plugins/darkroom/groups": "9999",  # the quick access panel, it has the exposure slider
    "plugins/darkroom/history/expanded": "TRUE",
    "plugins/lighttable/images_in_row": "1",  # the image lies under the middle of the window
    "plugins/lighttable/thumbnail_tooltip_pattern": "",
    "ui_last/gui_language": "C",
    "ui_last/window_h": str(HEIGHT_PIXELS),
    "ui_last/window_w": str(WIDTH_PIXELS),
    "ui_last/window_x": "0",
    "ui_last/window_y": "0",
}
IMPORT_DIALOG = "add to library"
SHORTCUTS = {
    "period": "iop/exposure/exposure;up",
    "BackSpace;shift": "lib/copy_history/discard history",
    "F9": "lib/import/add to library",
}
OBSERVER = """
local darktable = require "darktable"
local function note(line)
  local events = io.open(darktable.configuration.config_dir .. "/events", "a")
  events:write(line .. "\\n")
  events:close()
end
local function observe(event, describe)
  darktable.register_event("observer", event, function(_, ...) note(describe(...)) end)
end
observe("view-changed", function(_, new) return "view " .. new.id end)
observe("mouse-over-image-changed", function(image)
  return image and "over " .. image.filename .. " rated " .. image.rating or "over nothing"
end)
darktable.register_event("which version", "mouse-over-image-changed", function(_, image)
  if image then note("at " .. image.filename .. " version " .. image.duplicate_index) end
end)
observe("pixelpipe-processing-complete", function() return "rendered" end)
"""


@dataclass(frozen=True)
class Photographer:
    """One photographer's own darktable folders: settings, library and cache, kept between starts."""

    config: Path
    cache: Path
    data: Path

    @classmethod
    def at(cls, folder: Path, settings: Mapping[str, str] = SETTINGS) -> Photographer:
        photographer = cls(folder / "config", folder / "cache", folder / "data")
        for own in (photographer.config, photographer.cache):
            own.mkdir(parents=True)
        link_data(photographer.data)
        photographer._write(
            "darktablerc", "".join(f"{key}={value}\n" for key, value in {**SETTINGS, **settings}.items())
        )
        photographer._write("shortcutsrc", "".join(f"{key}={action}\n" for key, action in SHORTCUTS.items()))
        photographer._write("luarc", OBSERVER)
        photographer._write("events", "")
        return photographer

    @property
    def arguments(self) -> list[str]:
        folders = ["--configdir", str(self.config), "--cachedir", str(self.cache), "--datadir", str(self.data)]
        return [*folders, "--library", str(self.config / "library.db"), "--disable-opencl"]

    def _write(self, name: str, text: str) -> None:
        (self.config / name).write_text(text)


@dataclass(frozen=True)
class Window:
    """darktable, running. What is done to it returns when darktable has done it."""

    screen: Screen
    photographer: Photographer
    process: subprocess.Popen[bytes]
    errors: Path

    def point_at_image(self) -> str:
        """Put the mouse on the image; what darktable says lies there, as "IMG.EXT rated 3"."""
        before = len(self._events())
        return wait_for("an image under the mouse", lambda: self._enter_image(before))

    def point_at(self, name: str, version: int = 0) -> None:
        """Put the mouse on one of several images that the lighttable shows."""
        looked = f"at {name} version {version}"
        wait_for(looked, lambda: any(self._is_at(looked, *place) for place in CELLS))

    def press_on(self, key: str, name: str, version: int = 0) -> None:
        """Press a key that acts on the image under the mouse."""
        self.point_at(name, version)
        self.screen.press(key)

    def duplicate_of(self, name: str) -> None:
        """Begin to make a second version of an image."""
        self.press_on("Return", name)
        self.screen.press("ctrl+d")

    def step_exposure_of(self, name: str, version: int) -> None:
        """In the darkroom, step the exposure of an image upwards; back in the lighttable at the end."""
        with self.in_darkroom(name, version):
            self.step_exposure()

    @contextmanager
    def in_darkroom(self, name: str, version: int) -> Iterator[None]:
        """Look at one of several images in the darkroom; back in the lighttable at the end."""
        self.point_at(name, version)
        self._press("d", until=("view darkroom", "rendered"))
        yield
        self._press("l", until=("view lighttable",))

    def rate(self, stars: int) -> None:
        self.point_at_image()
        self.screen.press(str(stars))
        wait_for(f"an image with {stars} stars", lambda: self.point_at_image().endswith(f"rated {stars}"))

    def brighten(self, *, steps: int) -> None:
        """In the darkroom, step the exposure upwards; back in the lighttable at the end."""
        self.enter_darkroom()
        for _ in range(steps):
            self.step_exposure()
        self.leave_darkroom()

    def export(self) -> None:
        """Begin to export the image into darktable_exported/ beside it, as darktable does by default."""
        self._select_image()
        self.screen.press("ctrl+e")

    def duplicate(self) -> None:
        """Begin to make a second version of the image."""
        self._select_image()
        self.screen.press("ctrl+d")

    def discard_history(self) -> None:
        """Begin to take the image back to how it was imported."""
        self._select_image()
        self.screen.press("shift+BackSpace")

    def enter_darkroom(self) -> None:
        self.point_at_image()
        self._press("d", until=("view darkroom", "rendered"))

    def step_exposure(self) -> None:
        """One step of the exposure slider upwards."""
        self._press("period", until=("rendered",))

    def leave_darkroom(self) -> None:
        self._press("l", until=("view lighttable",))
        self.point_at_image()

    def open_import_dialog(self) -> None:
        """Open the dialog, which lists the folder `ui_last/import_last_directory`; all that is new is selected."""
        wait_for("the import dialog", self._import_dialog_opens)
        wait_for("a list at rest", self._is_at_rest)

    def import_selected(self) -> None:
        """Begin to import what is selected in the dialog."""
        wait_for("the end of the import dialog", self._import_dialog_closes)

    def quit(self) -> None:
        wait_for("the end of darktable", self._quits)

    def picture(self) -> Image.Image:
        """The screen, as soon as it shows the image and no longer changes."""
        return wait_for("an image at rest", self._picture_at_rest)

    def warns_of_conflicts(self) -> bool:
        """Whether the dialog about sidecars newer than the library shows; it comes before the images do."""
        return CONFLICT_DIALOG in self.screen.titles()

    def shows_toast(self) -> bool:
        """Whether one of darktable's messages lies below the image in the lighttable."""
        colours = self.screen.picture().crop(BELOW_IMAGE).getcolors()
        return colours is None or len(colours) > 1

    def refusals(self) -> list[str]:
        """Each error of a sidecar that can't be opened for writing; darktable shows the same words as a toast."""
        return [line for line in self.errors.read_text().splitlines() if WRITE_REFUSED in line]

    def _select_image(self) -> None:
        self.point_at_image()
        self.screen.press("Return")

    def _press(self, key: str, *, until: tuple[str, ...]) -> None:
        before = len(self._events())
        self.screen.press(key)
        wait_for(f"{' and '.join(until)} after {key}", lambda: set(until) <= set(self._events()[before:]))

    def _enter_image(self, before: int) -> str:
        """darktable tells what is under the mouse when that changes: so come from outside, slowly enough to be seen."""
        for place in (OUTSIDE, MIDDLE):
            self.screen.point_at(*place)
            time.sleep(POLL_SECONDS)
        told = [event for event in self._events()[before:] if event.startswith("over ")]
        return told[-1].removeprefix("over ") if told and told[-1] != "over nothing" else ""

    def _is_at(self, looked: str, x: int, y: int) -> bool:
        """Whether darktable says so, and goes on: on a slow machine what it says may be about the place before."""
        before = len(self._events())
        for place in (OUTSIDE, (x, y)):
            self.screen.point_at(*place)
            time.sleep(2 * POLL_SECONDS)
        return self._says(looked, before) and self._says(looked, before, 10 * POLL_SECONDS)

    def _says(self, looked: str, before: int, after_seconds: float = 0.0) -> bool:
        time.sleep(after_seconds)
        return [event for event in self._events()[before:] if event.startswith(("at ", "over nothing"))][-1:] == [
            looked
        ]

    def _quits(self) -> bool:
        """Whether it has ended; it takes no keys until the window has the keyboard, after a dialog for example."""
        self.screen.press("ctrl+q")
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(100 * POLL_SECONDS)
        return self.process.poll() is not None

    def _import_dialog_opens(self) -> bool:
        """Whether it shows; until darktable has started it takes no keys."""
        if "darktable" in self.screen.titles() and IMPORT_DIALOG not in self.screen.titles():
            self.screen.press("F9")
            time.sleep(20 * POLL_SECONDS)
        return IMPORT_DIALOG in self.screen.titles()

    def _import_dialog_closes(self) -> bool:
        """Whether it has gone; it takes no keys until it has the keyboard."""
        self.screen.press("Return")
        time.sleep(20 * POLL_SECONDS)
        return IMPORT_DIALOG not in self.screen.titles()

    def _is_at_rest(self) -> bool:
        before = self.screen.picture()
        time.sleep(20 * POLL_SECONDS)
        return before == self.screen.picture()

    def _picture_at_rest(self) -> Image.Image | None:
        before, after = self.screen.picture(), self.screen.picture()
        return after if middle(before) == middle(after) and shows_image(after) else None

    def _events(self) -> list[str]:
        return (self.photographer.config / "events").read_text().splitlines()


@contextmanager
def darktable(screen: Screen, photographer: Photographer, folder: Path) -> Iterator[Window]:
    """The window, opened on a folder of images; gone at the end, whatever happened."""
    errors = photographer.config / "stderr"
    with errors.open("wb") as stderr:
        command = ["darktable", *photographer.arguments, str(folder)]
        process = subprocess.Popen(command, env=screen.environment, stdout=stderr, stderr=stderr)
    try:
        yield Window(screen, photographer, process, errors)
    finally:
        process.kill()
        process.wait()


def link_data(folder: Path, root: Path = Path("/")) -> None:
    """A folder for --datadir: what is installed, but for the start script that offers to install other scripts.

    That one calls GTK from a thread of its own; where it comes before the main loop, darktable 4.2.1 hangs forever.
    """
    folder.mkdir()
    for installed in (root / DATA.relative_to("/")).iterdir():
        if installed.name != "luarc":
            (folder / installed.name).symlink_to(DATA / installed.name)


def middle(picture: Image.Image) -> Image.Image:
    """The part that shows nothing but the image, in the lighttable and in the darkroom."""
    x, y = MIDDLE
    return picture.crop((x - 200, y - 100, x + 200, y + 100))


def shows_image(picture: Image.Image) -> bool:
    """darktable's own surface is grey; the image has colours."""
    saturation = middle(picture).convert("HSV").getchannel("S")
    return saturation.point(lambda value: 255 * (value > 100)).getbbox() is not None
