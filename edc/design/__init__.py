"""Study designs as data: frozen dataclasses, the YAML reader and the reading of item values. No Django."""
