"""Files of any format, read into one submission that knows where each of its values stands."""
