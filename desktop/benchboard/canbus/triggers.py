"""Triggers: conditions of the frames on a bus, and which frames, or missing frames, meet them. No I/O.

A condition is a filter of frames as it is typed (`frame_filter`): an ID, a range or a mask, a signal's value, error
frames. It is met by a frame that matches, or by the absence of such frames for a time. Of a filter that looks at data
(a signal's value, changed bytes), a frame meets it only if the one before it of its ID didn't: a speed above a limit
is told once, not with each frame above it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchboard.canbus.dbc import CanDatabase, Message
from benchboard.canbus.error_frame import is_recovery
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_filter import FrameFilter, parse_frame_filter
from benchboard.canbus.traffic_shares import TrafficKey, traffic_key
from benchboard.errors import Invalid
from benchboard.i18n import _, number

LEAST_SILENCE_S: Final = 0.01
MOST_SILENCE_S: Final = 3_600.0
LEAST_HOLD_OFF_S: Final = 0.1
MOST_HOLD_OFF_S: Final = 3_600.0
HOLD_OFF_S: Final = 1.0
"""After a frame has met a trigger, others don't for so long (s): else a condition that each frame meets would fill the
screen."""
LATE_S: Final = 0.25
"""How much later than they were on the bus frames may be received at most: a silence is told no sooner."""
_MOST_IDS: Final = 4_096
"""Identifiers of which it is remembered whether they matched; more are no traffic of a bus."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A condition: a filter as it is typed, and for how long (s) no such frame comes; 0: one that comes meets it. For
    `hold_off_s` after a frame has met it, others don't.
    """

    condition: str
    silence_s: float = 0.0
    hold_off_s: float = HOLD_OFF_S

    @property
    def filter(self) -> FrameFilter:
        """Its condition as a filter. Raises `Invalid` (`can.id-filter`)."""
        return parse_frame_filter(self.condition)

    @property
    def text(self) -> str:
        """The condition in words."""
        shown = self.condition.strip() or _("frame")
        if not self.silence_s:
            return shown
        return _("no {frames} for {seconds} s").format(frames=shown, seconds=number(self.silence_s, most=3))


@dataclass(frozen=True, slots=True)
class Firing:
    """That a trigger was met: at which time (Unix, s), and by which frame; None: by those that didn't come."""

    trigger: Trigger
    seconds: float
    frame: Frame | None = None
    place: int = 0
    """The place of the trigger among those that are watched."""


def parse_trigger(text: str) -> Trigger:
    """The trigger that `text` describes: a filter, or `FILTER@SECONDS` for no such frame for so long; `@SECONDS` for no
    frame at all. Raises `Invalid` (`can.id-filter`, `can.trigger`).
    """
    condition, mark, written = text.rpartition("@")
    if not mark:
        trigger = Trigger(text)
        if not require_valid(trigger).terms:
            raise _invalid(_("A trigger needs a condition."))
        return trigger
    try:
        seconds = float(written)
    except ValueError:
        seconds = math.nan
    if not LEAST_SILENCE_S <= seconds <= MOST_SILENCE_S:
        what = _("“{text}” after the @ isn't a time from {low} to {high} s.")
        low, high = number(LEAST_SILENCE_S, most=3), number(MOST_SILENCE_S, 0)
        raise _invalid(what.format(text=written[:20], low=low, high=high))
    trigger = Trigger(condition, seconds)
    require_valid(trigger)
    return trigger


def require_valid(trigger: Trigger) -> FrameFilter:
    """The filter of a trigger. Raises `Invalid` (`can.id-filter`)."""
    return trigger.filter


def _invalid(what: str) -> Invalid:
    return Invalid("can.trigger", what, do=_("Enter for example 123, EngineSpeed>3000, error or 0C9@0.5."))


@dataclass(slots=True)
class _Watched:
    """A trigger, its filter, and what is known of the frames until now."""

    trigger: Trigger
    place: int
    of_id: FrameFilter
    of_data: FrameFilter
    """The terms of its filter that look at data; without terms, its frames all match."""
    takes_errors: bool
    matched: dict[TrafficKey, bool] = field(default_factory=dict)
    """Of each identifier, whether its last frame matched."""
    last: float | None = None
    """When a frame matched last, or since when one is waited for."""
    is_silent: bool = False
    """Whether the silence that goes on was told."""
    fired: float = -math.inf

    def silence(self, until: float) -> Iterable[Firing]:
        """The silence that goes on until a time (s), if it is long enough and wasn't told."""
        if self.trigger.silence_s and self.last is not None and not self.is_silent:
            due = self.last + self.trigger.silence_s
            if until >= due:
                self.is_silent = True
                yield Firing(self.trigger, due, place=self.place)

    def may_match(self, frame: Frame, message: Message | None) -> bool:
        """Whether frames of this one's identifier, kind and direction may match."""
        if frame.error and not self.takes_errors:  # an error frame has no ID, and passes every filter of those
            return False
        return self.of_id.matches(frame, message) and self.of_data.may_match(message)

    def is_new(self, frame: Frame, key: TrafficKey, message: Message | None, previous: Frame | None) -> bool | None:
        """Whether a frame that may match does, and the one before it of its identifier didn't; None if it doesn't."""
        if not self.of_data.terms:
            return True
        matches, before = self.of_data.matches(frame, message, previous), self.matched.get(key, False)
        if key in self.matched or len(self.matched) < _MOST_IDS:
            self.matched[key] = matches
        return not before if matches else None


class TriggerWatch:
    """Finds what meets triggers in frames, oldest first. Times are those of the frames. For one thread at a time."""

    def __init__(
        self, triggers: Iterable[Trigger], database: CanDatabase | None = None, since: float | None = None
    ) -> None:
        """`since` (Unix, s): a frame that never comes is missing from then on; None: from its first one on. Raises the
        errors of `require_valid`.
        """
        self._watched: list[_Watched] = []
        for place, trigger in enumerate(triggers):
            found = require_valid(trigger)
            self._watched.append(_Watched(trigger, place, *found.parts(), found.takes_errors, last=since))
        self._database = database if database is not None else CanDatabase()
        self._of_key: dict[TrafficKey, tuple[Message | None, tuple[_Watched, ...]]] = {}
        """Of each identifier its message, and the triggers that its frames may meet: most meet none, and cost a look
        into this."""
        self._previous: dict[TrafficKey, Frame] = {}
        """The last frames of the identifiers that may meet one by their data."""

    def go_on(self, earlier: "TriggerWatch", places: Mapping[int, int]) -> None:
        """Know of triggers what an earlier watch knew: `places` has theirs in it by those that they have here."""
        for place, before in places.items():
            one, known = self._watched[place], earlier._watched[before]
            one.matched, one.last, one.is_silent, one.fired = known.matched, known.last, known.is_silent, known.fired
        self._previous = earlier._previous

    def add(self, frames: Sequence[Frame], now: float) -> list[Firing]:
        """What these frames meet, in their order, and the silences until `now` (Unix, s): all frames until then have
        been added. How frames are divided into calls makes no difference.
        """
        found: list[Firing] = []
        for frame in frames:
            key = traffic_key(frame)
            known = self._of_key.get(key) or self._candidates(key, frame)
            if known[1]:
                found += self._of_frame(frame, key, *known)
        for one in self._watched:
            found += one.silence(now)
        return found

    def _candidates(self, key: TrafficKey, frame: Frame) -> tuple[Message | None, tuple[_Watched, ...]]:
        message = self._database.find(frame)
        known = message, tuple(one for one in self._watched if one.may_match(frame, message))
        if len(self._of_key) < _MOST_IDS:
            self._of_key[key] = known
        return known

    def _of_frame(
        self, frame: Frame, key: TrafficKey, message: Message | None, candidates: Iterable[_Watched]
    ) -> Iterable[Firing]:
        if frame.error and is_recovery(frame):
            return
        previous = self._previous.get(key)
        if previous is not None or key in self._of_key:
            self._previous[key] = frame
        seconds = frame.timestamp.seconds if frame.timestamp is not None else 0.0
        for one in candidates:
            is_new = one.is_new(frame, key, message, previous)
            if is_new is None:
                continue
            if one.trigger.silence_s:
                yield from one.silence(seconds)  # one that has ended with this frame
                one.last, one.is_silent = seconds, False
            elif is_new and not 0 <= seconds - one.fired < one.trigger.hold_off_s:
                one.fired = seconds
                yield Firing(one.trigger, seconds, frame, one.place)
