"""A sidecar in a shoot, read once: its bytes' hash and its content. Never written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from chemigram_core import sidecar, xmp
from chemigram_core.darktable.properties import VERSION_NAME
from chemigram_core.digest import Digest
from chemigram_core.durable.beneath import open_regular
from chemigram_core.errors import InvalidXmp, NotAFile, Refused
from chemigram_core.shoot.problem import Kind


class UnusableSidecar(Refused):
    """A sidecar can't be taken; `kind` says why."""

    def __init__(self, kind: Kind, says: str) -> None:
        super().__init__(says)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class SidecarFile:
    """The bytes of a sidecar."""

    name: str
    number: int
    data: bytes

    @property
    def sha256(self) -> Digest:
        """The hash of the bytes."""
        return Digest.of(self.data)


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A sidecar that can be taken."""

    name: str
    number: int
    sha256: Digest
    document: sidecar.Document

    @property
    def has_history(self) -> bool:
        """Whether it has any step of a history."""
        return bool(self.document.history.effective)

    @property
    def version_name(self) -> str:
        """The name of the duplicate in darktable, empty without one."""
        value = self.document.properties.get(VERSION_NAME)
        return value if isinstance(value, str) else ""


def read_file(path: Path, number: int) -> SidecarFile:
    """Read a sidecar. Raises UnusableSidecar."""
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            data = file.read(xmp.MAX_BYTES + 1)
    except NotAFile as error:
        raise UnusableSidecar(Kind.NOT_A_FILE, "not an ordinary file") from error
    except OSError as error:
        raise UnusableSidecar(Kind.UNREADABLE, f"can't be read: {error.strerror}") from error
    if not data:
        raise UnusableSidecar(Kind.BROKEN, "it is empty")
    return SidecarFile(path.name, number, data)


def parse_file(file: SidecarFile) -> Sidecar:
    """The content of a sidecar. Raises UnusableSidecar."""
    try:
        document = sidecar.parse(file.data)
        document.canonical()  # rejects a file that is too large
    except InvalidXmp as error:
        raise UnusableSidecar(Kind.BROKEN, str(error)) from error
    return Sidecar(file.name, file.number, file.sha256, document)
