"""roll/: a folder of images as darktable wants it, each branch a sidecar under its own number."""
