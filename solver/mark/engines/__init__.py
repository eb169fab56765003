"""What maps the marker over chunks of a class."""
