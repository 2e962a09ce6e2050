"""The program's log: one rotating file without secrets.

Secrets are recognised by their form: values after a secret's name (`token=…`, `password: …`, `private_key=…`), the
headers `Authorization` and `Cookie`, `Bearer …`, URLs with a password, and private keys in PEM. So a careless message
elsewhere can't leak one. In doubt, too much of a line is replaced rather than too little.
"""

import logging
import os
import re
from functools import cache
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import cast

# In quotes, with escaped ones inside; without a closing quote, to the end of the line.
_QUOTED = r"""[bru]{0,2}(?:"(?:[^"\\\n]|\\.)*(?:"|$)|'(?:[^'\\\n]|\\.)*(?:'|$))"""
# Also a comma if the name is in quotes, as in a list of headers.
_SEPARATOR = r"""(?:["']\s{0,8}[=:,]|\s{0,8}[=:])\s{0,8}"""
# Up to the last @ before a blank: a password may contain @ and / unencoded.
_URL_PASSWORD = (r"(\b[a-zA-Z][\w+.-]{0,30}://[^\s:/]{0,256}:)\S{0,500}@", r"\1***@")
_URL_PARAMETER = (r"(?i)([?&](?:ssl)?password=)[^\s&]+", r"\1***")
_REPLACEMENTS = (
    (r"(?s)-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", "***"),
    # A header's value may contain blanks and semicolons.
    (rf"(?im)(authorization|cookie)({_SEPARATOR})(?:{_QUOTED}|[^\r\n]+)", r"\1\2***"),
    (r"(?i)\b(bearer\s{1,8})[^\s\"']+", r"\1***"),
    (
        r"(?im)(password|passphrase|passwd|pwd|token|secret|credentials?|(?:api|access|private|signing)[ _-]?key"
        rf"|authorization|pragma key)({_SEPARATOR}|\s{{1,8}})(?:{_QUOTED}|[^\s&]+)",
        r"\1\2***",
    ),
    (r"\b(bb_[0-9a-f]{8}_)[A-Za-z0-9_-]{20,}", r"\1***"),  # an API key without a name before it
    _URL_PASSWORD,
)
_compiled = cache(re.compile)
"""Compiled when the first line is logged: a program that starts needn't wait for it."""


def redact(text: str) -> str:
    """`text` with everything that looks like a secret replaced by `***`."""
    for form, replacement in _REPLACEMENTS:
        text = _compiled(form).sub(replacement, text)
    return text


def hide_url_passwords(text: str) -> str:
    """`text` with the passwords in URLs replaced by `***`, and nothing else."""
    for form, replacement in (_URL_PASSWORD, _URL_PARAMETER):
        text = _compiled(form).sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Redacts the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _PrivateFileHandler(RotatingFileHandler):
    """Creates its files readable for their owner alone, whatever the folder that was there before and the umask."""

    def _open(self) -> TextIOWrapper:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        file = open(  # noqa: SIM115  # logging closes it
            self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=opener
        )
        return cast("TextIOWrapper", file)


def start(folder: Path | None) -> None:
    """Log to `folder`/benchboard.log (1 MB, three backups). If that fails, or there is no folder for it, the program
    starts without a log.
    """
    root = logging.getLogger("benchboard")
    root.setLevel(logging.INFO)
    if root.handlers:
        return
    handler = logging.NullHandler() if folder is None else _file_handler(folder)
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    # A failure to write the log (such as a full disk) must not disturb the program.
    logging.raiseExceptions = False
    root.addHandler(handler)


def _file_handler(folder: Path) -> logging.Handler:
    try:
        # The home folder is usually created here: accessible to its owner alone, whatever the umask.
        for directory in (folder.parent, folder):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _PrivateFileHandler(
            folder / "benchboard.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
        )
    except OSError:
        return logging.NullHandler()
