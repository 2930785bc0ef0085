"""File formats, and files that are written whole."""
