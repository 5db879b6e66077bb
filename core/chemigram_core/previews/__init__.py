"""Rendered pictures of states: JPEG files in previews/ of a repository, a cache. Knows no program that renders.

What can be rendered again is neither an object nor checked by fsck. A picture is named by what it shows, so the states
that have one are known from the names alone.
"""
