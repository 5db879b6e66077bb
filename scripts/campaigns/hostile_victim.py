"""The repository that the campaign of hostile repositories starts from: whole, and with something of everything."""

from __future__ import annotations

import shutil
from pathlib import Path

from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.refs import checkout, create_branch, create_tag
from chemigram_core.operations.save import save_mask, save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.shoot.importer import import_shoot
from tests.support.builders import mask, picture, sidecar
from tests.support.shoots import edit

IMAGE = "a.tif"
WARM = BranchName("warm")


def healthy(folder: Path) -> Path:
    """A library with two repositories in a new folder, brought in from a shoot; returns the library."""
    shoot = folder / "shoot"
    shoot.mkdir(parents=True)
    for name in (IMAGE, "b.tif"):
        picture(shoot / name)
    import_shoot(edited_shoot(shoot), folder / "library")
    _edited(victim_in(folder / "library"))
    return folder / "library"


def edited_shoot(shoot: Path) -> Path:
    """The shoot, with the sidecars that its images have before any of them is restored."""
    for name in (IMAGE, "b.tif"):
        edit(shoot, f"{name}.xmp", 1)
    edit(shoot, "a_01.tif.xmp", 2, "warm")
    return shoot


def victim_in(library: Path) -> Path:
    """The repository that is made hostile."""
    return library / "shoot" / IMAGE


def sibling_in(library: Path) -> Path:
    """The one beside it, which stays as it is."""
    return library / "shoot" / "b.tif"


def copy(library: Path, folder: Path) -> Path:
    """A copy of the library with all its links."""
    return Path(shutil.copytree(library, folder, symlinks=True))


def _edited(root: Path) -> None:
    """Branches, masks, tags and a history; a refused save, other programs' files, and a draft of a killed mount."""
    repository = Repository(root)
    for number in range(3, 6):
        save_xmp(repository, MAIN, sidecar(number), mask_files={MaskName("sky"): mask(number)})
    save_mask(repository, WARM, MaskName("subject"), mask(77))
    create_tag(repository, TagName("v1"))
    create_branch(repository, BranchName("night/blue"))
    checkout(repository, OnBranch(WARM))
    checkout(repository, OnBranch(MAIN))
    repository.rejected.keep(b"no sidecar", "heads/main/image.xmp", "not a usable XMP")
    notes = root / "scratch" / "main" / "notes"
    notes.mkdir(parents=True)
    (notes / "inner.txt").write_text("note")
    (notes.parent / "notes.txt").write_text("note")
    (notes.parent / "link.txt").symlink_to("notes.txt")
    drafts = root / "scratch" / ".drafts"
    drafts.mkdir()
    (drafts / "0123456789abcdef-main-image.xmp").write_bytes(sidecar(50))
