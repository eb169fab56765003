"""Documents in LaTeX: words, mathematics and blocks, for any class."""
