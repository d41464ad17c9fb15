"""Notes on how fast the two-layer loss falls near the teacher: claims of another package."""
