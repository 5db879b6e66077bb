"""Branches, tags and HEAD, and revisions as users write them."""
