"""darktable keeps the fields of other programs in a canonical sidecar, each in its namespace."""

from __future__ import annotations

import shutil
from pathlib import Path

from chemigram_core.sidecar import parse
from tests.core.xmp.sidecars import sidecar
from tests.darktable.conftest import IMAGE, NEEDS_DARKTABLE, SIDECAR, Shoot
from tests.support.screen import Screen
from tests.support.window import Photographer, darktable

pytestmark = NEEDS_DARKTABLE

FIELDS = {
    "photomechanic:ColorClass": "3",
    "HDRGainMap:HDRGainMapVersion": "131072",
    "{http://example.org/a/}Field": "of a",
    "{http://example.org/b/}Field": "of b",
}
SPACES = (
    'xmlns:pm="http://ns.camerabits.com/photomechanic/1.0/" xmlns:apple="http://ns.apple.com/HDRGainMap/1.0/"'
    ' xmlns:a="http://example.org/a/" xmlns:b="http://example.org/b/"'
)
SAID = f'{SPACES} pm:ColorClass="3" apple:HDRGainMapVersion="131072" a:Field="of a" b:Field="of b" xmp:Rating="1"'


def test_an_import_and_an_edit_keep_them(
    shoot: Shoot, screen: Screen, photographer: Photographer, tmp_path: Path
) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    shutil.copy(shoot.image, folder / IMAGE)
    before = parse(sidecar(SAID)).canonical()
    (folder / SIDECAR).write_bytes(before)
    with darktable(screen, photographer, folder) as window:
        window.rate(4)
        window.quit()
    after = parse((folder / SIDECAR).read_bytes()).properties
    assert after["xmp:Rating"] == "4"
    assert {name: after.get(name) for name in FIELDS} == FIELDS
