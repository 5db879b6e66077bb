"""Drawn masks: which module instances have one, what it consists of, and why one can't be computed. Knows no file."""
