"""A stranger's JSON before anything reads it, and the refusals that name a place in it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from typing import Any, Final, NoReturn

from benchboard.dashboards import layout
from benchboard.dashboards.document.document import is_storable_text
from benchboard.dashboards.layout import quote_value
from benchboard.dashboards.layout.model import MAX_ID, quote_id
from benchboard.errors import Invalid
from benchboard.i18n import _

DEEPEST: Final = 50
"""Levels of a Grafana file. Its own have about twelve; a document stores up to ten around them, of 60."""
_LARGEST: Final = 10**20
_WIDGET_LISTS: Final = ("items", "panels", "tabs")
"""The fields with lists of widgets, or of the tabs that hold them."""


def require_container(value: object) -> None:
    """Refuse decoded JSON that is neither an object nor a list, so no dashboard. Raises `Invalid` (`import.kind`)."""
    if not isinstance(value, dict | list):
        why = _("It holds a single value: {value}.").format(value=quote_value(value))
        raise not_a_dashboard(why)


def not_a_dashboard(why: str) -> Invalid:
    """The error for JSON that holds something else. The front end adds what to do."""
    return Invalid("import.kind", _("This file isn't a dashboard."), why=why, item=None, field=None)


def check(value: object, *, deepest: int = DEEPEST) -> None:
    """Refuse what no document could keep: half a surrogate pair, NUL, a number JSON does not know, bottomless nesting.

    Raises `Invalid` naming the place as a dotted path.
    """
    if not _is_fine(value, deepest):
        _check(value, [], deepest, value)  # slower, and it knows the place


def _is_fine(value: object, deepest: int) -> bool:
    """Whether `_check` has nothing to refuse; False also where only it can tell."""
    texts: list[str] = []
    level = [value]
    for _depth in range(deepest + 1):
        inner: list[object] = []
        for part in level:
            kind = type(part)
            if kind is str:
                texts.append(part)  # type: ignore[arg-type]  # quicker than isinstance, of which there are thousands
            elif kind is dict:
                texts += part  # type: ignore[arg-type]  # as above
                inner += part.values()  # type: ignore[attr-defined]  # as above
            elif kind is list:
                inner += part  # type: ignore[arg-type]  # as above
            elif kind is int or kind is float:
                if not -_LARGEST < part < _LARGEST:  # type: ignore[operator]  # not so for NaN either
                    return False
            elif kind is not bool and part is not None:
                return False
        if not inner:
            return all(type(text) is str for text in texts) and is_storable_text("".join(texts))
        level = inner
    return False


def _check(value: object, way: list[str | int], deepest: int, whole: object) -> None:
    if len(way) > deepest:
        if way.count("items") > layout.DEEPEST:  # so long a path would tell nobody anything
            what = _("Containers can't be nested more than {limit} levels deep.").format(limit=layout.DEEPEST)
            refuse("too-deep", what, field="items")
        _refuse_at("too-deep", _("{field} is nested too deeply for a dashboard."), way)
    if isinstance(value, str):
        if not is_storable_text(value):
            _refuse_at("not-text", _("{field} contains an invalid character."), way)
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if not isinstance(key, int) and not (isinstance(key, str) and is_storable_text(key)):
                _refuse_at("not-text", _("A field name in {field} contains an invalid character."), way)
            way.append(key)
            _check(inner, way, deepest, whole)
            way.pop()
    elif isinstance(value, float):
        if not isfinite(value):
            unknown = _("{field} isn't a valid JSON number.")
            _refuse_number(unknown, _("{field} of item {item} isn't a valid JSON number."), way, whole)
    elif isinstance(value, int):
        if abs(value) >= _LARGEST:
            unknown = _("{field} has too many digits.")
            _refuse_number(unknown, _("{field} of item {item} has too many digits."), way, whole)
    elif value is not None:
        _refuse_at("not-json", _("{field} isn't a valid JSON value."), way)


def _refuse_number(unknown: str, inside: str, way: list[str | int], whole: object) -> NoReturn:
    """Refuse a number by the ID of the item around it and its path in there (`inside`), else as `_refuse_at` does."""
    item, start, value = None, 0, whole
    for place, key in enumerate(way):
        name = value.get("id") if isinstance(value, dict) else None
        if isinstance(name, str) and 0 < len(name) <= MAX_ID and is_storable_text(name):
            item, start = name, place
        value = value[key]  # type: ignore[index]  # the way was gone before
    if item is None:
        _refuse_at("not-a-number", unknown, way)
    field = ".".join(str(key)[:60] for key in way[start:])[-MAX_ID:]
    refuse("not-a-number", inside.format(field=field, item=quote_id(item)), item=item, field=field)


def refuse(code: str, what: str, *, item: str | None = None, field: str | None = None) -> NoReturn:
    """Raise `Invalid` about an item and a field of a dashboard."""
    raise Invalid(f"interchange.{code}", what, item=item, field=field)


@contextmanager
def naming_widget(whole: object) -> Iterator[None]:
    """Add to an error about a part of `whole` which widget it is in: its title, or its place where it has none."""
    try:
        yield
    except Invalid as error:
        item, field = error.facts.get("item"), error.facts.get("field")
        found = _widget_with_id(whole, item) if isinstance(item, str) else _widget_at(whole, str(field or ""))
        if found is not None and not error.why:
            error.why = _widget_sentence(*found)
        raise


def _widget_at(whole: object, path: str) -> tuple[int, Mapping[str, Any]] | None:
    """The innermost widget on a dotted path, and its place in its list, from 1; None if there is none."""
    value, around, found = whole, "", None
    for key in path.split("."):
        if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
            if around in _WIDGET_LISTS and isinstance(value, dict):
                found = int(key) + 1, value
        elif isinstance(value, dict) and key in value:
            around, value = key, value[key]
        else:
            break
    return found


def _widget_with_id(whole: object, item: str) -> tuple[int, Mapping[str, Any]] | None:
    """The widget with this ID, and its place in its list, from 1; None if there is none."""
    left = [whole]
    while left:
        value = left.pop()
        for name in _WIDGET_LISTS if isinstance(value, dict) else ():
            listed = value.get(name) if isinstance(value, dict) else None
            for place, one in enumerate(listed if isinstance(listed, list) else (), start=1):
                if isinstance(one, dict) and one.get("id") == item:
                    return place, one
                left.append(one)
    return None


def _widget_sentence(place: int, widget: Mapping[str, Any]) -> str:
    title = widget.get("title")
    if isinstance(title, str) and title.strip() and is_storable_text(title):
        return _("It's in the widget {title}.").format(title=quote_id(title.strip()))
    return _("It's in widget {place} of its list, which has no title.").format(place=place)


def mapping(value: object, *, item: str | None, field: str) -> Mapping[str, Any]:
    """`value` as an object; an empty one for null. `Invalid` for anything else."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    refuse("not-an-object", _bad(value, _("an object"), item, field), item=item, field=field)


def sequence(value: object, *, item: str | None, field: str) -> list[Any]:
    """`value` as a list; an empty one for null. `Invalid` for anything else."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    refuse("not-a-list", _bad(value, _("a list"), item, field), item=item, field=field)


def text(value: object, *, item: str | None, field: str) -> str:
    """`value` as text; empty for null. `Invalid` for anything else."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    refuse("not-text", _bad(value, _("text"), item, field), item=item, field=field)


def _bad(value: object, wanted: str, item: str | None, field: str) -> str:
    if item is None:
        return _("{field} is {value}; it must be {wanted}.").format(
            field=field, value=quote_value(value), wanted=wanted
        )
    what = _("{field} of {item} is {value}; it must be {wanted}.")
    return what.format(field=field, item=quote_id(item), value=quote_value(value), wanted=wanted)


def _refuse_at(code: str, what: str, way: list[str | int]) -> NoReturn:
    path = ".".join(str(key)[:60] for key in way)
    path = (path if len(path) <= 200 else f"{path[:100]}…{path[-90:]}").encode("utf-8", "replace").decode("utf-8")
    refuse(code, what.format(field=path or _("the whole file")), field=path or None)
