"""YAML to checked dataclasses: positions, fields, questions; every error at once."""
