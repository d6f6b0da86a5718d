"""lcgraph: the knowledge graph of learning cities."""

__version__ = "0.1.0"
__all__ = ["__version__"]
