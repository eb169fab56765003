"""Marks written, one file a format."""
