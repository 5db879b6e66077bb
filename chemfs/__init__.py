"""chemfs: the states of a repository as files."""
