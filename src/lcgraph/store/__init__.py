"""The index of the archive that queries run on: a writer, checkpoints, and readers that can be killed."""
