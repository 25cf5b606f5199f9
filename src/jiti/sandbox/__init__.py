"""Layer 2 of the sandbox: what the kernel itself keeps from code that is being checked."""

from jiti.sandbox.confinement import Confinement, seal
from jiti.sandbox.denials import hint
from jiti.sandbox.level import Level, level
from jiti.sandbox.policy import Policy, level_of

__all__ = ["Confinement", "Level", "Policy", "hint", "level", "level_of", "seal"]
