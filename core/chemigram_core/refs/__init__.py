"""Branches, tags and HEAD, and revisions as people write them."""
