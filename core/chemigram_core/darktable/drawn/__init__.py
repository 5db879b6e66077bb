"""Drawn masks: which module instances have one, its shapes, and why one can't be computed. Knows no file."""
