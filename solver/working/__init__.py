"""A question's quantities and steps, and their solution under both carry rules."""
