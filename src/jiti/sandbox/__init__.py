"""Layer 2 of the sandbox: what the kernel itself keeps from code that is being checked."""

from jiti.sandbox.confinement import Confinement
from jiti.sandbox.level import Level, level
from jiti.sandbox.policy import Policy, level_of

__all__ = ["Confinement", "Level", "Policy", "level", "level_of"]
