"""Renderers: one changeset as canonical JSON, as Markdown, as plain text. What to tell and how is theirs to choose."""
