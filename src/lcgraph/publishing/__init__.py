"""From a file that was read to a graph that can be asked: check, archive, index, in one place."""
