"""A formula set in a format: the walk decides order and brackets, a subclass the signs."""
