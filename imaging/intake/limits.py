"""What one instance may cost before it is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one instance: bytes on disk and after inflation, sequence depth, number of elements."""

    max_bytes: int = 512 * 1024 * 1024
    max_inflated_bytes: int = 512 * 1024 * 1024
    max_depth: int = 20
    max_elements: int = 300_000
