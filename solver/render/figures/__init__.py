"""Figures: a sketch of a family to a scene without a format, and a scene to bytes."""
