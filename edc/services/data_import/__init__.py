"""Imports of data: a file is read, its effect reported cell by cell, then written as a whole or undone."""
