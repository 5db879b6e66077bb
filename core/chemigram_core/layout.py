"""What the files of a state are called, wherever it is shown: in a mount, in an export, in a comparison."""

XMP_FILE = "image.xmp"
MASK_FOLDER = "masks"
