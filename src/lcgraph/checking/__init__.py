"""Submissions checked against ``shapes/``, with every finding at its cell."""
