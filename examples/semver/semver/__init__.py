"""Semantic versions: read, ordered, raised, and held against constraints."""

from semver.constraint import satisfies
from semver.version import Part, Version, bump, compare, parse

__all__ = ["Part", "Version", "bump", "compare", "parse", "satisfies"]
