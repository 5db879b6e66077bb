"""The first bytes that identify a kind of file."""

PNG = b"\x89PNG\r\n\x1a\n"
ZIP = b"PK\x03\x04"
