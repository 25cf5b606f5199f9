"""Whether a person has to approve code before it runs in their process: asked in every first call, at no cost.

`asking` is what comes of it where they have to, and have not.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jiti.stub import Declaration

ASK = "ask"
_AUTO = (None, "", "auto")
_NAME = b"approve"
_ESCAPE = b"\\u"  # TOML lets a key be written with them
_of_projects: dict[tuple[str, str | None], bool] = {}
"""By root, and by what the environment said: a program may set that after its stubs were declared."""


def is_needed(declaration: Declaration, engine: object) -> bool:
    """Whether a stub's code runs only once a person has approved it.

    What a project's settings say is looked at once a process. Neither they nor the environment speak for installed
    code, which is what it was installed as: there, its own engine does.

    Args:
        declaration: the stub.
        engine: whoever generates for it; None for the default.

    Raises:
        ConfigError: the settings cannot be read.
    """
    if engine is not None and getattr(engine, "approve", None) not in _AUTO:
        return True
    home = declaration.home
    if home.is_installed:
        return False
    where = home.root, os.environ.get("JITI_APPROVE")
    asks = _of_projects.get(where)
    if asks is None:
        asks = _of_projects[where] = _asks(home.root)
    return asks


def _asks(root: str) -> bool:
    """What a project's settings say. To parse them takes longer than all else in a first call, and most say nothing."""
    if os.environ.get("JITI_APPROVE") in _AUTO:
        try:
            with open(os.path.join(root, "pyproject.toml"), "rb") as file:
                text = file.read()
                if _NAME not in text and _ESCAPE not in text.lower():
                    return False
        except FileNotFoundError:
            return False
        except OSError:
            pass  # the settings' own reader says what is wrong
    from jiti import settings

    return settings.load(root, os.environ).approve == ASK
