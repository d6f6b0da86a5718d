"""HTTP: questions, cities, checks, SPARQL, and plain pages."""
