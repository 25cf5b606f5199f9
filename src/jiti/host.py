"""What a program that runs other people's code sets for all generations of its process, as the pytest plugin does."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol, TextIO

    from jiti.errors import GenerationError
    from jiti.events import Event
    from jiti.progress import Display

    class Host(Protocol):
        """Such a program."""

        def tell(self, event: Event) -> None:
            """Be told of an event of any generation or verification; from any thread."""
            ...

        def stream(self) -> TextIO | None:
            """Where progress is shown, line by line; None: on stderr, as without a host."""
            ...

        def display(self) -> Display | None:
            """What shows progress; None: the process's own display."""
            ...

        def refusal(self, root: str, key: str) -> GenerationError | None:
            """Why a stub's generation is not tried, and paid for, once more."""
            ...

        def refuse(self, root: str, key: str, error: GenerationError) -> None:
            """Note why a stub's generation failed."""
            ...


current: Host | None = None


def require_untried(root: str, key: str) -> None:
    """Make sure that a stub's generation has not failed under the host in force.

    Raises:
        jiti.errors.GenerationError: it has, with this.
    """
    error = current.refusal(root, key) if current is not None else None
    if error is not None:
        import copy

        raise copy.copy(error)


def note_failure(root: str, key: str, error: GenerationError) -> None:
    """Tell the host in force why a stub's generation failed."""
    from jiti.errors import GenerationCycleError

    # That it was needed in a circle lies in who asked first, and not in the stub.
    if current is not None and not isinstance(error, GenerationCycleError):
        current.refuse(root, key, error)
