"""What jiti costs, beside plain Python and beside other packages: `python -m benchmarks`."""
