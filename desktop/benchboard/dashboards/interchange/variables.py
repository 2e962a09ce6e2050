"""Grafana's variables and ours: a list to choose from, or a text. What Grafana asks a data source for stays as it was
last answered."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from benchboard.dashboards.document import MAX_NAME, Variable
from benchboard.i18n import _

from .hostile import mapping, text
from .panels import one_line
from .report import Line

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_ALL: Final = "$__all"
_AUTO: Final = "$__auto"
_MOST_VARIABLES: Final = 100
_MOST_VALUES: Final = 1_000
_ASKED: Final = ("query", "datasource")
_LISTED: Final = ("custom", "interval", "switch", *_ASKED)
_TYPED: Final = ("constant", "textbox")


def imported(given: Sequence[Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Line]]:
    """Of `templating.list`: our variables (each with Grafana's own under `grafana`), those that stay Grafana's alone
    (`{"at": place, "variable": …}`), and what there is to know."""
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    lines: list[Line] = []
    names: set[str] = set()
    for place, entry in enumerate(given):
        where = f"templating.list.{place}"
        said = mapping(entry, item=None, field=where)
        name = text(said.get("name"), item=None, field=f"{where}.name")
        kind = text(said.get("type"), item=None, field=f"{where}.type")
        why = _no_place(name, kind, names, len(ours))
        if why:
            theirs.append({"at": place, "variable": entry})
            what = _("Variable “{name}” is kept without effect here.").format(name=one_line(name))
            lines.append(Line("", "", "kept", what, why))
            continue
        names.add(name)
        ours.append(_ours(said, name, kind, where))
        lines += _noted(said, ours[-1], name, kind)
    return ours, theirs, lines


def exported(variables: Sequence[Variable], theirs: Sequence[Any]) -> list[dict[str, Any]]:
    """`templating.list` of our variables; those that were Grafana's alone stand where they stood."""
    done = [_theirs(variable) for variable in variables]
    for entry in theirs:
        if isinstance(entry, Mapping) and isinstance(entry.get("variable"), Mapping):
            at = entry.get("at")
            done.insert(at if isinstance(at, int) and at >= 0 else len(done), dict(entry["variable"]))
    return done


def _no_place(name: str, kind: str, names: set[str], count: int) -> str:
    if kind not in _LISTED + _TYPED:
        return _("It is of the type “{kind}”, which has no counterpart.").format(kind=one_line(kind))
    if not _NAME.fullmatch(name):
        return _("A name here has letters, digits and _, 63 at most, and begins with none of the digits.")
    if name in names:
        return _("Another variable has the same name.")
    return (
        _("A dashboard has {limit} variables at most.").format(limit=_MOST_VARIABLES)
        if count >= _MOST_VARIABLES
        else ""
    )


def _ours(said: Mapping[str, Any], name: str, kind: str, where: str) -> dict[str, Any]:
    label = one_line(text(said.get("label"), item=None, field=f"{where}.label"))
    if kind in _TYPED:
        words = _short(_strings(_current(said)) or _strings(said.get("query")))[:1]
        return {"name": name, "label": label, "type": "text", "values": [], "chosen": words, "multiple": False,
                "grafana": said}  # fmt: skip
    values = _short(_offered(said, kind))
    chosen = [value for value in _short(_strings(_current(said))) if value != _AUTO]
    if _ALL in chosen:
        chosen = list(values)
    values += [value for value in chosen if value not in set(values)]
    multiple = said.get("multi") is True or len(chosen) > 1
    return {"name": name, "label": label, "type": "list", "values": values[:_MOST_VALUES],
            "chosen": chosen[:_MOST_VALUES], "multiple": multiple, "grafana": said}  # fmt: skip


def _noted(said: Mapping[str, Any], ours: Mapping[str, Any], name: str, kind: str) -> Iterator[Line]:
    if kind in _ASKED:
        count = len(ours["values"])
        what = _("Variable “{name}” offers what was last known: {values}.")
        shown = one_line(", ".join(ours["values"][:5])) + (" …" if count > 5 else "") if count else _("nothing")
        why = _("Grafana asks a data source for its values; nothing here does.")
        yield Line("", "", "kept", what.format(name=name, values=shown), why)
    offered = _strings(_current(said)) + _offered(said, kind)
    if any(len(value) > MAX_NAME for value in offered) or len(offered) > _MOST_VALUES:
        what = _("Variable “{name}” lost values: it can have {count} of {limit} characters each.")
        yield Line("", "", "left out", what.format(name=name, count=_MOST_VALUES, limit=MAX_NAME), "")


def _current(said: Mapping[str, Any]) -> object:
    current = said.get("current")
    return current.get("value") if isinstance(current, Mapping) else None


def _offered(said: Mapping[str, Any], kind: str) -> list[str]:
    """The values there are to choose, without the one that means all."""
    options = said.get("options")
    found = [
        value
        for option in (options if isinstance(options, list) else [])
        if isinstance(option, Mapping)
        for value in _strings(option.get("value"))
    ]
    query = said.get("query")
    if not found and kind in ("custom", "interval") and isinstance(query, str):
        found = [_value(part) for part in re.split(r"(?<!\\),", query)]
    return [value for value in dict.fromkeys(found) if value not in (_ALL, _AUTO, "")]


def _value(part: str) -> str:
    """The value of `label : value`, or of a value alone."""
    return part.split(" : ")[-1].strip().replace("\\,", ",")


def _strings(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [
        str(one) for one in values if isinstance(one, str | int | float) and not isinstance(one, bool) and one != ""
    ]


def _short(values: Sequence[str]) -> list[str]:
    return [value for value in values if len(value) <= MAX_NAME][:_MOST_VALUES]


def _theirs(variable: Variable) -> dict[str, Any]:
    """A variable of ours as Grafana says it. One that came from there is given back; what was changed here since is
    written over it."""
    came = variable.source.get("grafana")
    if isinstance(came, Mapping) and isinstance(came.get("type"), str):
        was = _ours(came, variable.name, came["type"], f"variables.{variable.name}.grafana")
        said = {key: value for key, value in came.items() if key != "current" or value}
        if isinstance(said.get("current"), Mapping):
            said["current"] = {key: said["current"][key] for key in _OPTION if key in said["current"]}
        now = {"label": variable.label, "values": list(variable.values), "chosen": list(variable.chosen)}
        if all(was[key] == value for key, value in now.items()):
            return {**said, "name": variable.name}
        fresh = _fresh(variable)
        same = was["type"] == variable.type and (came["type"] in _ASKED or was["values"] == now["values"])
        return {**said, "name": variable.name, "label": variable.label, "current": fresh["current"]} if same else fresh
    return _fresh(variable)


_OPTION: Final = ("selected", "text", "value", "properties")


def _fresh(variable: Variable) -> dict[str, Any]:
    said: dict[str, Any] = {"name": variable.name, "hide": 0, "skipUrlSync": False}
    said |= {"label": variable.label} if variable.label else {}
    if variable.type == "text":
        words = variable.chosen[0] if variable.chosen else ""
        option = {"selected": True, "text": words, "value": words}
        return {**said, "type": "textbox", "query": words, "current": option, "options": [option]}
    chosen = list(variable.chosen)
    value: object = chosen if variable.multiple else (chosen or list(variable.values) or [""])[0]
    options = [{"selected": one in chosen, "text": one, "value": one} for one in variable.values]
    return {
        **said,
        "type": "custom",
        "query": ",".join(one.replace(",", "\\,") for one in variable.values),
        "current": {"selected": True, "text": value, "value": value},
        "options": options,
        "multi": variable.multiple,
        "includeAll": False,
    }
