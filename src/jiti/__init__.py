"""Write a typed signature and a docstring; the first call writes, proves and files the function."""
