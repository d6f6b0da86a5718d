"""The command line, ``lcgraph``."""

from lcgraph.service.command_line.main import main

__all__ = ["main"]
