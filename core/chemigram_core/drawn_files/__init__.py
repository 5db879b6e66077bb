"""The drawn masks of a state as files: names, pictures, and the README beside them."""
