"""The differences between two XMPs, in a photographer's words. Knows darktable's edits; knows no files and no items."""
