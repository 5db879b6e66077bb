"""What the files of a state are called, wherever it is shown: in a mount, in an export, in a comparison."""

XMP_FILE = "image.xmp"
MASK_FOLDER = "masks"
MASK_SUFFIX = ".png"

STATE_NAMES = (XMP_FILE, MASK_FOLDER, "drawn", "preview.jpg", "style.dtstyle", "bundle.zip")
"""What a state's folder has, or is to have: the branches below it can't be called so."""
