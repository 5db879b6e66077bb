"""The files in the comparison of two states: names at no cost, contents on demand. Knows no mount.

States never change, so the same two states give the same bytes: a caller may cache them, or their sizes, forever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from chemigram_core.compare.comparators.mask import MaskComparator
from chemigram_core.compare.comparators.state import StateAccess, StateFile, mask_item
from chemigram_core.compare.compare import compare_states
from chemigram_core.compare.item import HandleAccess, ItemPair
from chemigram_core.compare.node import Changeset
from chemigram_core.compare.renderers.json import as_json
from chemigram_core.compare.renderers.markdown import as_markdown
from chemigram_core.compare.unified_diff import unified_diff
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidMask
from chemigram_core.layout import MASK_FOLDER, XMP_FILE


class FileName(StrEnum):
    """The files that every comparison has; the others are pictures of masks."""

    MARKDOWN = "changes.md"
    JSON = "changes.json"
    DIFF = "image.xmp.diff"


@dataclass(frozen=True)
class Comparison:
    """What changed from state `left` to state `right`, named as in the request."""

    access: StateAccess
    left: Digest
    right: Digest
    names: tuple[str, str]

    @cached_property
    def changeset(self) -> Changeset:
        """All changes. Raises StoreFailed, OSError."""
        return compare_states(self.access, self.left, self.right, self.names)

    @cached_property
    def masks(self) -> dict[str, tuple[StateFile, StateFile]]:
        """The masks, old and new, that differ under the same name, by file name; none is read."""
        before = {file.name: file for file in self.access.masks(self.left)}
        after = {file.name: file for file in self.access.masks(self.right)}
        return {
            name: (before[name], after[name])
            for name in sorted(before.keys() & after.keys())
            if before[name].digest != after[name].digest
        }

    def file_names(self) -> list[str]:
        """The paths of all files, with `/` between. Raises StoreFailed, OSError."""
        return [*FileName, *(f"{MASK_FOLDER}/{name}" for name in self.masks)]

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises FileNotFoundError for another path; StoreFailed, OSError."""
        match path:
            case FileName.MARKDOWN:
                return as_markdown(self.changeset).encode()
            case FileName.JSON:
                return as_json(self.changeset).encode()
            case FileName.DIFF:
                return b"".join(self._xmp_diff())
        folder, _, name = path.rpartition("/")
        if folder != MASK_FOLDER or name not in self.masks:
            raise FileNotFoundError(f"no file {path} in a comparison")
        pair = ItemPair(*(mask_item(file) for file in self.masks[name]))
        try:
            return MaskComparator().extract(pair, HandleAccess())
        except InvalidMask:
            return b""  # a mask can't be drawn if it is very large, say; the other files report that it changed

    def _xmp_diff(self) -> Iterator[bytes]:
        """A unified diff of the two snapshots; empty when they are the same."""
        if self.left == self.right:
            return
        before, after = (_lines(self.access.xmp(state)) for state in (self.left, self.right))
        old, new = (f"{name}/{XMP_FILE}" for name in self.names)
        yield from (line.encode() for line in unified_diff(before, after, (old, new)))


def _lines(file: StateFile) -> list[str]:
    with file.handle.open() as stream:
        text = stream.read().decode(errors="replace")
    return [f"{line}\n" for line in text.removesuffix("\n").split("\n")]
