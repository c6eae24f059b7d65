"""Views of the edc API, by concept."""
