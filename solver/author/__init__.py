"""Questions written from something else, for their authors to go on with."""
