"""The base class of expected failures. Any other exception is a bug and is reported as one.

Third-party exceptions become an `AppError` at the boundary where they arise (`raise Unavailable(...) from error`). A
view shows one where it belongs, such as at a field; any other is shown by `ui/problems.py`, or by the CLI's `main`. No
text here or in `facts` may contain a secret.
"""

from collections.abc import Callable
from typing import ClassVar, Final

UNREACHABLE: Final = "storage.unreachable"
"""The code of the error for an unreachable database."""
FILE_GONE: Final = "storage.file-gone"
"""The code of the error for a database file that was deleted, moved or replaced while it was open."""
FILE_UNUSABLE: Final = (FILE_GONE, "storage.damaged", "storage.key")
"""The codes of the errors for an open database file that can't be used until it is put back or restored."""
ENDED: Final = "access.ended"
"""The code of the error of a transaction whose session or account has ended."""


class AppError(Exception):
    """An error that the user can understand and act on.

    `code` is for machines (`people.taken`); `what`, `why` and `do` are translated sentences for the user: what
    happened, why, and what to do about it. `facts` are details that a caller may branch on.
    """

    kind: ClassVar[str] = "failed"

    def __init__(self, code: str, what: str, *, why: str = "", do: str = "", **facts: object) -> None:
        super().__init__(code, what)
        self.code = code
        self.what = what
        # The operating system's messages have no full stop.
        self.why = f"{why}." if why[-1:].isalnum() else why
        self.do = do
        self.facts = facts

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.do) if part)


class Invalid(AppError):
    """The input is invalid; nothing was changed. `facts["field"]` is the field's name, if there is one."""

    kind = "invalid"


class NotFound(AppError):
    """The object doesn't exist, or the actor has no access to it."""

    kind = "not-found"


class Denied(AppError):
    """The actor lacks the permission, or could not be authenticated."""

    kind = "denied"


class Conflict(AppError):
    """It can't be done as things are now: another change came first, a name is taken or fits several, it is one's own
    account, it is in the trash, or in use. `do` says how to decide."""

    kind = "conflict"


class Unavailable(AppError):
    """A database, file, key or server can't be reached now."""

    kind = "unavailable"


class DeviceFailure(AppError):
    """A dongle or its port failed to carry out a request."""

    kind = "device"


class Cancelled(AppError):
    """The user cancelled it. Never shown as a problem."""

    kind = "cancelled"


def check_all(*checks: Callable[[], object]) -> None:
    """Run every check and raise their errors: a single `AppError` as it is, several as one `Invalid` with all texts."""
    problems: list[AppError] = []
    for check in checks:
        try:
            check()
        except AppError as problem:
            problems.append(problem)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Invalid("invalid.several", " ".join(map(str, problems)), problems=tuple(problems))
