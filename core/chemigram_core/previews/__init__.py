"""Rendered pictures of states: JPEG files in previews/ of a repository, a cache. Knows no program that renders.

Pictures can be rendered again, so they are not objects and fsck doesn't check them. A picture is named by what it
shows, so the names alone tell which states have one.
"""
