"""Prints a title's web address."""

from text import slugify

if __name__ == "__main__":
    print(slugify("Just in time: a first call, a plain function"))
