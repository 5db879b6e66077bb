"""The names of the files of a state, and their size limits. The limits apply to saving and
reading: a larger file is not one of ours, and is never read.
"""

XMP_FILE = "image.xmp"
MASK_FOLDER = "masks"
MASK_SUFFIX = ".png"
DRAWN_FOLDER = "drawn"
PREVIEW_FILE = "preview.jpg"

STATE_NAMES = (XMP_FILE, MASK_FOLDER, DRAWN_FOLDER, PREVIEW_FILE, "style.dtstyle", "bundle.zip")
"""What a state's folder has, or is to have: the branches below it can't be called so."""

XMP_BYTES = 8 << 20  # sidecars of darktable have 10 to 100 KB, with many brush strokes 1 or 2 MB
MASK_BYTES = 1 << 29  # 100 million pixels of 16 bits that can't be compressed have 200 MB
REGISTRY_BYTES = 8 << 20  # about 25,000 versions of masks
