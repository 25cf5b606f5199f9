"""Scripts that run in a process of what is measured, ours or another package's: the standard library alone."""
