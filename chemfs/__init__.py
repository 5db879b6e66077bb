"""chemfs: the states of a repository as files. docs/design.md shows the house, floor by floor."""
