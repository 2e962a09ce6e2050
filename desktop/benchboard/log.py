"""The program's log: one rotating file, no secrets in it.

Redaction is by form (`token=…`, `password: …`, URLs with a password, long hex and base64 runs after a secret's name),
so that a careless message elsewhere still cannot leak one.
"""

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

_SECRET = re.compile(
    r"(?i)(password|passphrase|token|secret|api[_-]?key|authorization|pragma key)([\"']?\s*[=:]\s*|\s+)"
    r"(\"[^\"]*\"|'[^']*'|[^\s,;&\"']+)"
)
_URL_PASSWORD = re.compile(r"(?P<head>\w[\w+.-]*://[^\s:/@]*:)[^\s@/]+@")


def redact(text: str) -> str:
    """`text` with everything that looks like a secret replaced by `***`."""
    return _URL_PASSWORD.sub(r"\g<head>***@", _SECRET.sub(r"\1\2***", text))


class RedactingFormatter(logging.Formatter):
    """Redacts the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def start(folder: Path) -> None:
    """Log to `folder`/benchboard.log (1 MB, three kept). Where that cannot be written there is no log, but a start."""
    root = logging.getLogger("benchboard")
    root.setLevel(logging.INFO)
    if root.handlers:
        return
    try:
        # The home is usually made here: it is its owner's alone, whatever the umask.
        for one in (folder.parent, folder):
            one.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler: logging.Handler = RotatingFileHandler(
            folder / "benchboard.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    # A log that cannot be written, on a full disk for one, is nobody's trouble but the log's.
    logging.raiseExceptions = False
    root.addHandler(handler)
