"""The versioned repository of one image: objects, refs, log. Knows nothing of mounts, handles or error numbers."""
