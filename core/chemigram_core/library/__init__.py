"""What concerns a whole library, or a folder of one: which of its images have which tags."""
