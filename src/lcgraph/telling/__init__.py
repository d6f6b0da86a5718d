"""What the graph tells the world: a document for each thing, and descriptions of the whole in the standards for them."""
