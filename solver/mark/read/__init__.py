"""Files of answers to batches of numbers, words and formulas."""
