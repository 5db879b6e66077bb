"""The first bytes by which a kind of file is known. Knows nothing of what follows them."""

PNG = b"\x89PNG\r\n\x1a\n"
ZIP = b"PK\x03\x04"
