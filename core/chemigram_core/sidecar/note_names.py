"""The names of chemigram's own properties in an XMP: the note of a state's masks. Knows no values."""

NOTE = "chemigram:masks"
NAME = "chemigram:name"
SHA256 = "chemigram:sha256"
