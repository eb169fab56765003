"""What students do wrong with a formula, one small rule a mistake."""
