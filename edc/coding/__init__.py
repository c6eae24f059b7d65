"""Dictionaries of medical coding: reading licensed files, and comparing verbatim words with terms. Pure."""
