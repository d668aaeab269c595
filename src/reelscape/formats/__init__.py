"""File formats of scenes: one module each."""
