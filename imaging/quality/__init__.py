"""What a series is and whether it fits: geometry, contrast phase, protocol conformance. Pure, no Django."""
