"""Which of a project's files are private by their names: keys, credentials, git's own files and jiti's."""

from __future__ import annotations

import re
import unicodedata
from fnmatch import translate
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from jiti.home import MIRROR

if TYPE_CHECKING:
    from collections.abc import Sequence

SECRET_NAMES = (
    *(".env*", "*.env", "*.pem", "*.key", "*.p8", "*.p12", "*.pkcs12", "*.pfx", "*.jks", "*.jceks", "*.keystore"),
    *("*.kdbx", "*.ppk", "*.gpg", "*.asc", "*.ovpn", "*.tfstate", "*.tfstate.backup", "kubeconfig", "*.kubeconfig"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".ssh", ".aws", ".gnupg", ".kube", ".docker"),
    *(".netrc", "_netrc", ".pgpass", ".pypirc", ".npmrc", ".htpasswd", ".git-credentials", "credentials"),
    *(".boto", ".dockercfg", ".my.cnf", ".mylogin.cnf", ".s3cfg", ".vault-token", ".yarnrc.yml"),
    *("client_secret*.json", "service-account*.json", "service_account*.json"),
    *("credentials.json", "credentials.toml", "secrets.json", "secrets.toml", "secrets.yaml", "secrets.yml"),
)
"""Names of files and folders that hold keys, in lower case."""

_SECRET = re.compile("|".join(translate(pattern) for pattern in SECRET_NAMES))
_IGNORABLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def plain_names(path: str) -> list[str]:
    """The names in a path with `/`, however they are written."""
    if not path.isascii():
        path = _IGNORABLE.sub("", "/".join(unicodedata.normalize("NFKC", name) for name in path.split("/")))
    names = path.casefold().split("/")
    return [name.partition(":")[0].rstrip(". ") or name for name in names]


def refusal(names: Sequence[str]) -> str | None:
    """Why what lies at a path is never read; None where its names say nothing against it.

    Args:
        names: of the path, as `plain_names` gives them.
    """
    if ".git" in names or "git~1" in names:
        return "it belongs to git"
    if (MIRROR, ".local") in pairwise(names):
        return "it is jiti's own"
    if any(_SECRET.match(name) for name in names):
        return "its name says that it holds secrets"
    return None


@lru_cache(10_000)
def is_private(folder: str, name: str) -> bool:
    """Whether `refusal` has something against what lies in a folder of a name by another."""
    return refusal(plain_names(f"{folder}/{name}")) is not None
