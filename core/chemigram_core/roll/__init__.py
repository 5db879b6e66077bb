"""Branches as darktable's duplicates: numbers, version names, and numbers that darktable reuses. Knows no mounts."""
