"""Pictures of states, rendered by the installed darktable. Knows no mount, no node and no terminal."""
