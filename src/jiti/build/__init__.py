"""Generating ahead of time: all that is missing or stale, dependencies first, independent ones side by side."""

from __future__ import annotations
