"""The questions of ``queries/``: what they need, and their answers."""
