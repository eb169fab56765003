"""Marks told in words: feedback, reports, audits."""
