"""Text for web addresses."""

from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Convert text to a slug for a web address.

    Letters lose their accents and become lower case. Whatever is no letter
    from a to z and no digit separates words. They are joined by one hyphen,
    and there is none at either end.

    >>> slugify("Hello, World!")
    'hello-world'
    >>> slugify("  Crème brûlée, twice  ")
    'creme-brulee-twice'
    """
    # decompose accented letters, and drop what is not ASCII
    raise NotImplementedError
