"""What a mount shows: a tree of folders, files and links over a repository or a library. Knows no FUSE."""
