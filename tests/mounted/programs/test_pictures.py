"""Painting on a branch's mask, and packing it smaller, which changes nothing."""

from __future__ import annotations

from tests.mounted.programs.case import Case, on_mask, python, table
from tests.mounted.programs.desk import Desk

GIMP = """gimp --no-interface --no-data --no-fonts --batch-interpreter plug-in-script-fu-eval --batch '
(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "'"$F"'" ""))) (layer (car (gimp-image-get-active-layer image))))
 (gimp-drawable-invert layer FALSE)
 (gimp-file-save RUN-NONINTERACTIVE image layer "'"$F"'" "")
 (gimp-quit 0))'"""

PILLOW = """
    from PIL import Image, ImageChops
    with Image.open(F) as picture:
        picture.load()
    ImageChops.invert(picture).save(F)
"""

PAINTING = [
    Case(name="convert", programs="convert", command='convert "$F" -negate "$F"'),
    Case(name="mogrify", programs="mogrify", command='mogrify -negate "$F"', vanishes=True),
    Case(name="gm convert", programs="gm", command='gm convert "$F" -negate "$F"', vanishes=True),
    Case(name="gm mogrify", programs="gm", command='gm mogrify -negate "$F"', vanishes=True),
    Case(name="GIMP", programs="gimp", command=GIMP),
    Case(name="Pillow", command=python(PILLOW)),
]

PACKING = [
    Case(name="convert to the same", programs="convert", command='convert "$F" "$F"', snapshots=0),
    Case(name="optipng", programs="optipng", command='optipng -quiet "$F"', snapshots=0, vanishes=True),
    Case(name="optipng -keep", programs="optipng", command='optipng -keep "$F"', snapshots=0, vanishes=True,
         leaves=("{}.bak",)),
    Case(name="pngcrush -ow", programs="pngcrush", command='pngcrush -q -ow "$F"', snapshots=0),
]  # fmt: skip


@table(on_mask(*PAINTING))
def test_painting(case: Case, desk: Desk) -> None:
    desk.check(case)


@table(on_mask(*PACKING))
def test_packing(case: Case, desk: Desk) -> None:
    desk.check(case)
