"""A folder as darktable wants it: numbers, version names, and what darktable overwrites. Knows no mounts."""
