"""Graduating: the generated code becomes the user's own, in their source files, and jiti goes."""
