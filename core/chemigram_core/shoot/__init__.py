"""Shoots: folders of photographs with sidecars beside them, and bringing them into a library."""
