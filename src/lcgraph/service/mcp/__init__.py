"""The server for language-model tools, by the Model Context Protocol: read-only, few tools, each answer with its sources."""
