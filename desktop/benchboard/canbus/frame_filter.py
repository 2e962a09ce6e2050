"""A filter of frames as it is typed: by ID, name, signal value, direction, kind or change. No I/O."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from benchboard.canbus.dbc import CanDatabase, Message
from benchboard.canbus.frame import Frame
from benchboard.canbus.id_filter import IdFilter, parse_id_filter
from benchboard.canbus.protocols.isotp_addresses import IsotpIds
from benchboard.canbus.protocols.j1939 import MAX_PGN, TO_ALL, parse_id
from benchboard.canbus.protocols.service_condition import ServiceCondition, services_of
from benchboard.errors import Invalid
from benchboard.i18n import _

_NAME: Final = re.compile(r"(?:name:)?([^\W\d]\w*)")
_HEX: Final = re.compile(r"(?:0x)?[0-9a-f]{1,8}", re.IGNORECASE)
_COMPARISON: Final = re.compile(r"([^\W\d]\w*)(<=|>=|!=|<|>|=)(-?\d+(?:\.\d+)?|[^\W\d]\w*)")
_PART: Final = re.compile(r"(pgn|src|dst):(0x[0-9a-f]{1,5}|\d{1,6})", re.IGNORECASE)
_PART_BEGUN: Final = re.compile(r"(pgn|src|dst):", re.IGNORECASE)
_UNFINISHED: Final = re.compile(
    r"([^\W\d]\w*)(<=|>=|!=|<|>|=|!)(?:-|-?\d+\.)?|(?:pgn|src|dst|service|name):", re.IGNORECASE
)
_SERVICE: Final = "service:"
_OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<=": operator.le, ">=": operator.ge, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "=": operator.eq,
}  # fmt: skip
_KINDS: Final[Mapping[str, Callable[[Frame], bool]]] = {
    "sent": lambda frame: frame.sent,
    "received": lambda frame: not frame.sent and not frame.error,
    "error": lambda frame: frame.error,
    "remote": lambda frame: frame.remote,
}
"""What can be said of a frame by a word of its own."""
_CHANGED: Final = "changed"


@dataclass(frozen=True, slots=True)
class _SignalCondition:
    """`signal` compared with a number, or with the name of a value."""

    signal: str
    sign: str
    number: float | None
    word: str

    def matches(self, message: Message | None, data: bytes) -> bool:
        for one in message.decode(data) if message is not None else ():
            if one.signal.name.lower() == self.signal:
                if self.number is not None:
                    return _OPERATORS[self.sign](one.value, self.number)
                return (one.choice.lower() == self.word) == (self.sign == "=")
        return False


@dataclass(frozen=True, slots=True)
class _J1939Part:
    """A part of a J1939 identifier: “pgn”, “src” or “dst”, and its value."""

    part: str
    value: int

    def matches(self, frame: Frame) -> bool:
        if not frame.extended or frame.error:
            return False
        parsed = parse_id(frame.id)
        if self.part == "pgn":
            return parsed.pgn == self.value
        return self.value == (
            parsed.source if self.part == "src" else TO_ALL if parsed.target is None else parsed.target
        )


@dataclass(frozen=True, slots=True)
class _FilterTerm:
    """One word of a filter: exactly one of these, and whether it is negated."""

    text: str
    negated: bool = False
    ids: IdFilter | None = None
    name: str = ""
    comparison: _SignalCondition | None = None
    part: _J1939Part | None = None
    service: ServiceCondition | None = None
    written: str = ""
    """Its signal or name, as it was typed."""

    @property
    def alternative(self) -> str:
        """Of the terms with the same one, one is enough; empty for a term that each frame has to meet."""
        if self.negated:
            return ""
        if self.part is not None:
            return "name" if self.part.part == "pgn" else self.part.part
        if self.service is not None:
            return _SERVICE
        return "name" if self.ids is not None or self.name else ""

    @property
    def looks_at_data(self) -> bool:
        """Whether it isn't decided by a frame's ID, kind and direction alone."""
        return self.comparison is not None or self.service is not None or self.text == _CHANGED

    def matches(
        self, frame: Frame, message: Message | None, previous: Frame | None, payload: bytes | None = None
    ) -> bool:
        if self.ids is not None:
            return not frame.error and self.ids.matches(frame)
        if self.part is not None:
            return self.part.matches(frame)
        if self.comparison is not None:
            return self.comparison.matches(message, frame.data)
        if self.service is not None:
            return self.service.matches(frame) if payload is None else self.service.matches_message(payload)
        if self.text == _CHANGED:
            return previous is not None and previous.data != frame.data
        if self.name:
            names = (message.name, *(one.name for one in message.signals)) if message is not None else ()
            return any(self.name in name.lower() for name in names)
        return _KINDS[self.text](frame)


@dataclass(frozen=True, slots=True)
class FrameFilter:
    """Matches a frame that one of the terms for IDs, names and PGNs matches, if there are any, likewise one of those
    for senders, one of those for receivers and one of those for services, and every other term.

    Error frames have no ID and no name, and match every filter of those alone.
    """

    terms: tuple[_FilterTerm, ...] = ()

    @property
    def needs_data(self) -> bool:
        """Whether two frames of the same ID, kind and direction may differ in whether they are shown."""
        return any(term.looks_at_data for term in self.terms)

    @property
    def needs_previous(self) -> bool:
        """Whether it depends on the frame before of the same ID."""
        return any(term.text == _CHANGED for term in self.terms)

    @property
    def takes_errors(self) -> bool:
        """Whether it asks for error frames, which match every filter of IDs and names alone too."""
        return any(term.text == "error" and not term.negated for term in self.terms)

    def parts(self) -> "tuple[FrameFilter, FrameFilter]":
        """The terms that all frames of the same ID, kind and direction meet or don't, and those that look at data. A
        frame matches this filter if it matches both.
        """
        of_data = tuple(term for term in self.terms if term.looks_at_data)
        return FrameFilter(tuple(term for term in self.terms if term not in of_data)), FrameFilter(of_data)

    def with_ids(self, ids: IsotpIds) -> "FrameFilter":
        """The filter on a bus where these identifiers carry ISO-TP."""
        if not any(term.service is not None for term in self.terms):
            return self
        return FrameFilter(
            tuple(
                term if term.service is None else replace(term, service=replace(term.service, ids=ids))
                for term in self.terms
            )
        )

    def may_match(self, message: Message | None) -> bool:
        """Whether frames that `message` decodes may match: one without a signal that is compared never does."""
        signals = {one.name.lower() for one in message.signals} if message is not None else set()
        compared = (one.comparison.signal for one in self.terms if one.comparison is not None and not one.negated)
        return signals.issuperset(compared)

    def unknown_names(self, database: CanDatabase) -> tuple[str, ...]:
        """The signals, and the parts of names, that no message of the database has: nothing can match them."""
        signals = {one.name.lower() for message in database.messages for one in message.signals}
        names = signals | {message.name.lower() for message in database.messages}
        return tuple(
            term.written
            for term in self.terms
            if (term.comparison is not None and term.comparison.signal not in signals)
            or (term.name and not any(term.name in name for name in names))
        )

    def matches(
        self,
        frame: Frame,
        message: Message | None = None,
        previous: Frame | None = None,
        payload: bytes | None = None,
    ) -> bool:
        """Whether the frame is shown. `message` names and decodes it, `previous` is the one before it of its ID. With
        `payload` it stands for a whole message: of ISO-TP that has these bytes, else it is empty.
        """
        met: dict[str, bool] = {}
        for term in self.terms:
            kind = term.alternative
            if not kind:
                if term.matches(frame, message, previous, payload) == term.negated:
                    return False
            elif not met.get(kind):
                met[kind] = term.matches(frame, message, previous, payload)
        return frame.error or all(met.values())


def parse_frame_filter(text: str) -> FrameFilter:
    """The filter that `text` describes: words separated by commas or spaces.

    An ID, a range or an ID with a mask, in hexadecimal digits (“18F”, “100-1FF”, “100&700”); part of the name of a
    message or signal (“motor”, or “name:add” where it could be an ID); a signal's value (“Speed>100”, “State=Running”);
    a part of a J1939 ID (“pgn:61444”, “src:0x0B”, “dst:255”), decimal unless it begins with 0x; a service of UDS or
    OBD (“service:22”, “service:ReadData”), in hexadecimal digits or by part of its name; “sent”, “received”,
    “error”, “remote”, “changed”. “!” before one leaves such frames out. Raises `Invalid` (`can.id-filter`).
    """
    joined = re.sub(r"\s*(<=|>=|!=|[-&<>=])\s*", r"\1", text)
    return FrameFilter(tuple(_term(one) for one in re.split(r"[\s,;]+", joined) if one.strip("!")))


def is_unfinished(text: str) -> bool:
    """Whether the last word of a filter is one that is still being typed: a signal that is compared with nothing yet
    (“Speed>”), or a part of an ID without its value (“pgn:”)."""
    words = re.split(r"[\s,;]+", re.sub(r"\s*(<=|>=|!=|[<>=])\s*", r"\1", text))
    return _UNFINISHED.fullmatch(words[-1].lstrip("!")) is not None


def _term(text: str) -> _FilterTerm:
    negated, word = text.startswith("!"), text.lstrip("!")
    lower = word.lower()
    if lower == _CHANGED or lower in _KINDS:
        return _FilterTerm(lower, negated)
    if compared := _COMPARISON.fullmatch(word):
        signal, sign, value = compared.groups()
        number = float(value) if value[0] in "-0123456789" else None
        if number is None and sign not in ("=", "!="):
            raise Invalid(
                "can.id-filter",
                _("“{text}” compares with a word.").format(text=word),
                do=_("Compare with a number, such as {example}.").format(example=f"{signal}{sign}100"),
            )
        condition = _SignalCondition(signal.lower(), sign, number, value.lower())
        return _FilterTerm(lower, negated, comparison=condition, written=signal)
    if part := _PART_BEGUN.match(word):
        return _FilterTerm(lower, negated, part=_part(word, part[1].lower()))
    if lower.startswith(_SERVICE):
        return _FilterTerm(lower, negated, service=_service(word))
    if (begun := _UNFINISHED.fullmatch(word)) and begun[2]:
        raise Invalid(
            "can.id-filter",
            _("“{text}” compares with nothing.").format(text=word),
            do=_("Compare with a number, such as {example}.").format(example=f"{begun[1]}{_sign(begun[2])}100"),
        )
    named = _NAME.fullmatch(word)
    if named and (lower.startswith("name:") or not _HEX.fullmatch(word)):
        return _FilterTerm(lower, negated, name=named[1].lower(), written=named[1])
    return _FilterTerm(lower, negated, ids=parse_id_filter(word))


def _sign(begun: str) -> str:
    """The sign of a comparison, as far as it was typed."""
    return "!=" if begun == "!" else begun


def _part(word: str, part: str) -> _J1939Part:
    found = _PART.fullmatch(word)
    value = -1 if found is None else int(found[2], 16 if found[2][:2] in ("0x", "0X") else 10)
    if not 0 <= value <= (MAX_PGN if part == "pgn" else TO_ALL):
        example = "pgn:61444" if part == "pgn" else f"{part}:0x0B"
        raise Invalid(
            "can.id-filter",
            _("“{text}” isn't part of a J1939 ID.").format(text=word),
            do=_("Enter a number, such as {example}.").format(example=example),
        )
    return _J1939Part(part, value)


def _service(word: str) -> ServiceCondition:
    services = services_of(word[len(_SERVICE) :])
    if not services:
        raise Invalid(
            "can.id-filter",
            _("“{text}” is no service of UDS.").format(text=word),
            do=_("Enter its number or part of its name, such as {example}.").format(example="service:22"),
        )
    return ServiceCondition(services)
