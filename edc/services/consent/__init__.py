"""Informed consent: versions of the form, what subjects give and withdraw, and what follows for visits."""
