"""The drawn masks of a state as files: their names, the pictures, and the text that stands beside them."""
