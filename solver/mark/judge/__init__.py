"""Verdicts, named mistakes and marks of a batch of students."""
