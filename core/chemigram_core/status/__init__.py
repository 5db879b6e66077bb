"""The status of an image: where its branches are, and what of it needs a person's attention."""
