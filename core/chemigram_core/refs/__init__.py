"""Branches, tags and HEAD, and the revisions that people write for them."""
