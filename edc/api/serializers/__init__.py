"""Shapes of the edc API, by concept; no rule stands here."""
