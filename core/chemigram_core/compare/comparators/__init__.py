"""Comparators: each knows one kind of item, or one kind of container of items."""
