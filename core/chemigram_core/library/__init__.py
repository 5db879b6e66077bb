"""What concerns a whole library, or a folder of one: its repositories, what was delivered, where the images are."""
