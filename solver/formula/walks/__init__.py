"""The walks over a formula's tree that need numbers or shapes: value, shape, bounds, lines of working."""
