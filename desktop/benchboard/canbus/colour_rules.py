"""Rules that give frames a colour: the first rule that a frame fits decides. Each edit gives a new table. No I/O.

The condition of a rule is a filter of frames as it is typed (`frame_filter`). An error frame fits a rule only if the
condition says “error”: a filter of IDs alone shows error frames too, but a colour would say that they have that ID.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from benchboard.canbus.dbc import Message
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_filter import FrameFilter, parse_frame_filter
from benchboard.canbus.protocols.isotp_addresses import STANDARD_IDS, IsotpIds
from benchboard.canbus.traffic_shares import TrafficKey, traffic_key
from benchboard.errors import Invalid
from benchboard.i18n import N_, _, number

RULE_COLOURS: Final[Mapping[str, str]] = {
    "red": N_("Red"), "yellow": N_("Yellow"), "green": N_("Green"), "cyan": N_("Cyan"), "blue": N_("Blue"),
    "violet": N_("Violet"),
}  # fmt: skip
"""The colours that a rule may give, and what they are called."""
MAX_RULES: Final = 30
MAX_NAME: Final = 60
MAX_CONDITION: Final = 200
_MOST_KINDS: Final = 4_096
"""Identifiers of which the rules that may fit are kept; more are no traffic of a bus."""
_KEYS: Final = count(1)


@dataclass(frozen=True, slots=True)
class ColourRule:
    """Frames that fit `condition` are shown in `colour`, while it is `on`. `key` is that of no other one, and stays
    when it is edited.
    """

    condition: str
    colour: str
    name: str = ""
    on: bool = True
    key: int = field(default_factory=_KEYS.__next__, compare=False)

    @property
    def title(self) -> str:
        """Its name, else its condition."""
        return self.name or self.condition

    @property
    def filter(self) -> FrameFilter:
        """Its condition as a filter. Raises `Invalid` (`can.id-filter`)."""
        return parse_frame_filter(self.condition)


def require_rule(rule: ColourRule) -> None:
    """Raise `Invalid` for a rule whose condition can't be read (`can.id-filter`), or is empty, or whose colour isn't
    known (`can.colour-rule`).
    """
    if not rule.filter.terms:
        raise Invalid("can.colour-rule", _("Enter which frames, such as 123, 100-1FF or error."))
    if rule.colour not in RULE_COLOURS:
        raise Invalid("can.colour-rule", _("“{colour}” isn't a colour of a rule.").format(colour=rule.colour))


@dataclass(frozen=True, slots=True)
class ColourRules:
    """The rules in their order: the first one that fits decides."""

    rows: tuple[ColourRule, ...] = ()

    def find(self, key: int) -> ColourRule | None:
        """The rule with this key, if it is there."""
        return next((row for row in self.rows if row.key == key), None)

    def place_of(self, key: int) -> int:
        """The place of the rule with this key; -1 if it isn't there."""
        return next((place for place, row in enumerate(self.rows) if row.key == key), -1)

    def without(self, key: int) -> "ColourRules":
        """Without this rule."""
        return ColourRules(tuple(row for row in self.rows if row.key != key))

    def put(self, rule: ColourRule, place: int) -> "ColourRules":
        """With this rule at a place, in place of the one with its key if there is one. Raises as `require_rule`, and
        `Invalid` (`can.colour-rule`) for one too many.
        """
        require_rule(rule)
        others = self.without(rule.key).rows
        if len(others) >= MAX_RULES:
            what = _("There can be at most {count} colour rules.").format(count=number(MAX_RULES))
            raise Invalid("can.colour-rule", what, do=_("Delete a rule first."))
        place = max(0, min(len(others), place))
        return ColourRules((*others[:place], rule, *others[place:]))

    def free_colour(self) -> str:
        """The first colour that no rule has yet; the first one if all are taken."""
        taken = {row.colour for row in self.rows}
        return next((one for one in RULE_COLOURS if one not in taken), next(iter(RULE_COLOURS)))


@dataclass(frozen=True, slots=True)
class _TriedRule:
    """A rule that is on, and its filter."""

    rule: ColourRule
    of_id: FrameFilter
    of_data: FrameFilter
    """The terms of its filter that look at data; without terms, `of_id` decides."""
    takes_errors: bool


class ColourRuleMatcher:
    """Finds the rule of a frame. What an identifier, kind and direction decide is kept, so that most frames cost one
    look into a dictionary; signals are decoded only for a rule that compares them.
    """

    def __init__(self, rules: ColourRules, ids: IsotpIds = STANDARD_IDS) -> None:
        """`ids`: the identifiers that carry ISO-TP, for conditions on services."""
        self._tried = []
        for rule in rules.rows:
            if rule.on:
                found = rule.filter.with_ids(ids)
                self._tried.append(_TriedRule(rule, *found.parts(), found.takes_errors))
        self._of_kind: dict[TrafficKey, tuple[Message | None, tuple[_TriedRule, ...]]] = {}

    def first_fit(
        self, frame: Frame, message: Message | None = None, previous: Frame | None = None
    ) -> ColourRule | None:
        """The first rule that a frame fits, None if it fits none. `message` names and decodes it, `previous` is the
        frame before it of its ID.
        """
        if not self._tried:
            return None
        known = self._of_kind.get(traffic_key(frame))
        if known is None or known[0] is not message:
            known = self._candidates(frame, message)
        for one in known[1]:
            if not one.of_data.terms or one.of_data.matches(frame, message, previous):
                return one.rule
        return None

    def _candidates(self, frame: Frame, message: Message | None) -> tuple[Message | None, tuple[_TriedRule, ...]]:
        """The message, and the rules that frames of this identifier may fit: those after one that they all fit never
        decide.
        """
        found: list[_TriedRule] = []
        for one in self._tried:
            may = one.of_id.matches(frame, message) and one.of_data.may_match(message)
            if may and (one.takes_errors or not frame.error):
                found.append(one)
                if not one.of_data.terms:
                    break
        known = message, tuple(found)
        if len(self._of_kind) < _MOST_KINDS:
            self._of_kind[traffic_key(frame)] = known
        return known


def plain_rules(rules: ColourRules) -> list[dict[str, Any]]:
    """The rules as plain objects, which `rules_of` takes."""
    return [{"condition": one.condition, "colour": one.colour, "name": one.name, "on": one.on} for one in rules.rows]


def rules_of(rows: object) -> ColourRules:
    """The rules of plain objects, without those that aren't valid: settings may be of another version."""
    found = [_rule(one) for one in rows] if isinstance(rows, list) else []
    return ColourRules(tuple(one for one in found if one is not None)[:MAX_RULES])


def _rule(one: object) -> ColourRule | None:
    if not isinstance(one, dict):
        return None
    rule = ColourRule(
        str(one.get("condition", ""))[:MAX_CONDITION],
        str(one.get("colour", "")),
        str(one.get("name", ""))[:MAX_NAME],
        one.get("on") is not False,
    )
    try:
        require_rule(rule)
    except Invalid:
        return None
    return rule
