"""Folders and files that survive a power cut, and the lock of a repository."""
