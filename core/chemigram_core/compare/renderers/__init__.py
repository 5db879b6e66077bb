"""Renderers: one changeset as canonical JSON, as Markdown, as plain text. Each decides what to show and how."""
