"""Reasoning: whether the ontology and the data agree, and whether publishing writes just what follows from them."""
