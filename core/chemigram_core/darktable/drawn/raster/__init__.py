"""Drawn masks as pixels, computed as darktable 4.2 does. Knows no history and no file."""
