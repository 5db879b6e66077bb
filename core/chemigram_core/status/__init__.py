"""The status of an image: HEAD, branches, tags, and what needs attention."""
