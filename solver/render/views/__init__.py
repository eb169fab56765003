"""The views of a solution: each is a file `view_NAME.py` here with a `question`, its blocks below a heading of some level."""
