"""What changes a repository, a verb a module; each holds the repository's lock while it looks and writes."""
