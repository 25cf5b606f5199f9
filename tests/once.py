"""Tests that say the same on every Python, and take long: a run on several Pythons has them on the first alone."""

from __future__ import annotations

import os

import pytest

TESTED_ON = os.environ.get("TESTED_ON")
"""The Python that all tests have run on before, in the same run of `.ci/run`."""

once = pytest.mark.skipif(TESTED_ON is not None, reason=f"it has run on Python {TESTED_ON}, and takes long")
