"""Transformers: what only the whole tree shows. Not one of them knows a kind of item."""
