"""README.txt of drawn/: what each picture shows, why one is missing, and how they differ from darktable's display."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chemigram_core.darktable import Entry
from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.modules import NAMES
from chemigram_core.drawn_files.drawn_files import DrawnFiles, MaskFile, ShapeFile
from chemigram_core.printable import printable

FILE_NAME = "README.txt"
_HEAD = """The masks that are drawn in darktable, computed from this state and its image. They are not stored.
White is where a module has an effect, black is where it has none."""
_NO_PICTURE = "(no picture)"


def text_of(files: DrawnFiles) -> str:
    """The text; foreign names in it are printable."""
    return "\n\n".join(filter(None, _paragraphs(files))) + "\n"


def mask_words(mask: MaskFile) -> str:
    """The instance that a mask belongs to, and its shape's id; printable."""
    return f"{_instance(mask.entry)}, priority {mask.entry.multi_priority}, mask {mask.mask_id}"


def _paragraphs(files: DrawnFiles) -> Iterator[str]:
    yield _HEAD
    if not files.masks and not files.shapes:
        yield "No module of this state has a drawn mask."
        return
    if files.raster is None:
        yield f"There are no pictures: {printable(files.reason)}."
    else:
        yield _sizes(files.raster)
    yield _table("Masks", [(_path(files, mask), _mask(mask)) for mask in files.masks])
    yield _table("Single shapes", [(_path(files, shape), _shape(shape)) for shape in files.shapes])
    if files.notes:
        yield "\n".join(("Compared with the finished picture, the masks are", *(f"  {note}" for note in files.notes)))


def _sizes(raster: Raster) -> str:
    width, height = raster.frame.turn.size(*raster.frame.visible)
    return f"The pictures have {raster.width} x {raster.height} pixels, the image has {width} x {height}."


def _table(title: str, rows: Sequence[tuple[str, str]]) -> str:
    width = max((len(file) for file, _ in rows), default=0)
    return "\n".join((title, *(f"  {file:{width}}  {words}" for file, words in rows))) if rows else ""


def _path(files: DrawnFiles, file: MaskFile | ShapeFile) -> str:
    return printable(file.path) if file.path in files.pictures else _NO_PICTURE


def _mask(mask: MaskFile) -> str:
    words = f"{mask_words(mask)}, {mask.place}" if mask.place else mask_words(mask)
    return f"{words}: {printable(mask.reason)}" if mask.reason else words


def _shape(shape: ShapeFile) -> str:
    words = f'"{printable(shape.form.name)}" ({shape.id}), '
    words += ", ".join("in " + _instance(entry) for entry in shape.users) or "not in use"
    return f"{words}: {printable(shape.reason)}" if shape.reason else words


def _instance(entry: Entry) -> str:
    name = f' "{entry.multi_name}"' if entry.multi_name not in {"", "0"} else ""
    return printable(f"{NAMES.get(entry.operation, entry.operation)} ({entry.operation}){name}")
