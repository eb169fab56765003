"""What a reader sees: a solution becomes a document (`document`), and one file a format sets it."""
