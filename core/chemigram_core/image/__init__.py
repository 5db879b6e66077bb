"""The image that a repository is about: raw/ holds it, or a symlink to it. Only ever read.

Its name comes from raw/ alone, and so do the names of a state's files. Whether it can be read at the moment is another
question: its drive may be unplugged.
"""
