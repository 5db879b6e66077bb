"""The content of the pages of an image and of a library, as values, and the folder of pages. Knows no mount."""
