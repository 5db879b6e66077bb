"""The image of a repository: raw/ has it, or a symlink to it. It is never written.

Only raw/ determines its name, and so the names of a state's files, even while it can't be read because its drive is
unplugged.
"""
