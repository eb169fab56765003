"""An author's words: a small markdown with mathematics, read into blocks that are free of any format."""
