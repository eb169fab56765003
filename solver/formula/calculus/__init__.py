"""Derivatives: adjoints built backwards, shortened to a lecturer's form, and checked."""
