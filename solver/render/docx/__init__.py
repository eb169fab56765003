"""Pages for word processors."""
