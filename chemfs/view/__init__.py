"""What the mount shows, as values: paths, nodes, open files, and the states that only are looked at."""
