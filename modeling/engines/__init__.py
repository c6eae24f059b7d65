"""Computation behind model runs; the only package that imports torch. Reached from worker tasks alone."""
