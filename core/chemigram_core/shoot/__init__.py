"""Shoots: folders of photographs with sidecars beside them, and their import into a library."""
