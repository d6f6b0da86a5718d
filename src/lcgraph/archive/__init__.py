"""The append-only record of what was accepted, superseded and withdrawn: the truth."""
