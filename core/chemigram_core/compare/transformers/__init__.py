"""Transformers: passes over the whole tree. None of them knows a kind of item."""
