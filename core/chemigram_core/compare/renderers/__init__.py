"""Renderers: one changeset as canonical JSON, as Markdown, as plain text. Each chooses what to say and how."""
