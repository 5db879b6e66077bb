"""Keys in the metadata of log lines that several rooms know."""

HISTORY_LOSS = "history_loss"  # what a save lost of the parent's history, in words
