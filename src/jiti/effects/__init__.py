"""What implementations do besides computing: read from their trees, and seen while they run."""
