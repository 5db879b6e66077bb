"""What a page shows of an image and of a library, as values, and the folder of pages. Knows no mount."""
