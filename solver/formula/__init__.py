"""One formula, many walks: parse a short formula to a tree, then value, shape, reduce and print it.

Read in this order: `tree`, `parse`, `functions`, `shape`, `value`, `reduce`, `printer`.
"""
