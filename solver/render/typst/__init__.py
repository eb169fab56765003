"""Pages as the source of Typst."""
