"""Watching a shoot: each edit of a sidecar becomes a state of its branch as soon as it is written."""
