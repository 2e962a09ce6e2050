"""Unfinished messages of a transport protocol: of bounded number and size, each with a time until which it waits."""

from collections.abc import Hashable, Iterable
from typing import Final, Generic, Protocol, TypeVar

from benchboard.canbus.protocols.messages import MAX_BYTES, MAX_SESSIONS

NEVER: Final = float("inf")


class WaitingMessage(Protocol):
    """An unfinished message. `deadline`: the time (s) until which it waits for its next frame."""

    deadline: float

    @property
    def size(self) -> int:
        """Bytes that are kept of it."""
        ...


_W = TypeVar("_W", bound=WaitingMessage)


class WaitingMessages(Generic[_W]):
    """The unfinished messages by key, in the order in which they began."""

    def __init__(self, *, max_sessions: int = MAX_SESSIONS, max_bytes: int = MAX_BYTES) -> None:
        self._found: dict[Hashable, _W] = {}
        self._max_sessions, self._max_bytes = max_sessions, max_bytes
        self._bytes = 0
        self._sizes: dict[Hashable, int] = {}
        self._earliest = NEVER
        """No deadline is earlier than this."""

    def __len__(self) -> int:
        return len(self._found)

    @property
    def bytes(self) -> int:
        """Bytes that are kept of all of them."""
        return self._bytes

    def find(self, key: Hashable) -> _W | None:
        """The unfinished message of this key."""
        return self._found.get(key)

    def pop(self, key: Hashable) -> _W | None:
        """Take this message out, if it is there."""
        self._bytes -= self._sizes.pop(key, 0)
        return self._found.pop(key, None)

    def put(self, key: Hashable, message: _W) -> list[_W]:
        """Add a message that began, in the place of one of the same key. Returns those that are given up for it."""
        self.pop(key)
        self._found[key] = message
        self._sizes[key] = 0
        return self.grown(key, message)

    def grown(self, key: Hashable, message: _W) -> list[_W]:
        """A message grew, or waits until another time. Returns those, oldest first, that are given up for it."""
        size = message.size
        self._bytes += size - self._sizes[key]
        self._sizes[key] = size
        self._earliest = min(self._earliest, message.deadline)
        given_up: list[_W] = []
        while len(self._found) > self._max_sessions or self._bytes > self._max_bytes:
            oldest = next(iter(self._found))
            if (one := self.pop(oldest)) is not None:
                given_up.append(one)
        return given_up

    def late(self, now: float) -> list[_W]:
        """Take out those that waited longer than until `now` (s)."""
        if now <= self._earliest:
            return []
        keys = [key for key, one in self._found.items() if one.deadline < now]
        late = [one for key in keys if (one := self.pop(key)) is not None]
        self._earliest = min((one.deadline for one in self._found.values()), default=NEVER)
        return late

    def clear(self) -> Iterable[_W]:
        """Take out all of them."""
        every = list(self._found.values())
        self._found.clear()
        self._sizes.clear()
        self._bytes, self._earliest = 0, NEVER
        return every
