"""Grafana's variables and ours: a list to choose from, a query, or a text. What cannot be asked here stays as it was
last answered."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from benchboard.dashboards.document.document import MAX_NAME, MAX_VALUES, MAX_VARIABLES, NAME, Variable
from benchboard.dashboards.document.widget_kinds import MAX_QUERY, MAX_TITLE
from benchboard.dashboards.interchange import query_translation
from benchboard.dashboards.interchange.conversion_report import ReportLine
from benchboard.dashboards.interchange.panel_import import one_line
from benchboard.dashboards.interchange.query_translation import UntranslatableQuery
from benchboard.dashboards.interchange.validation import mapping, text
from benchboard.dashboards.variables.range_text import range_text
from benchboard.i18n import _

_ALL: Final = "$__all"
_AUTO: Final = "$__auto"
_ASKED: Final = ("query", "datasource")
_LISTED: Final = ("custom", "interval", "switch", *_ASKED)
_TYPED: Final = ("constant", "textbox")
_SOURCE: Final = {"type": "grafana-postgresql-datasource"}


def import_variables(given: Sequence[Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[ReportLine]]:
    """Of `templating.list`: our variables (each with Grafana's own under `grafana`), those that stay Grafana's alone
    (`{"at": place, "variable": …}`), and what there is to know."""
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    lines: list[ReportLine] = []
    names: set[str] = set()
    asking = _VariableQueries(_names(given))
    for place, entry in enumerate(given):
        where = f"templating.list.{place}"
        raw = mapping(entry, item=None, field=where)
        name = text(raw.get("name"), item=None, field=f"{where}.name")
        kind = text(raw.get("type"), item=None, field=f"{where}.type")
        why = _no_place(name, kind, names, len(ours))
        if why:
            theirs.append({"at": place, "variable": entry})
            what = _("Variable “{name}” isn't supported; it's kept for export.").format(name=one_line(name))
            lines.append(ReportLine("", "", "kept", what, why))
            continue
        names.add(name)
        query, why = asking.read(raw, kind)
        ours.append(_import_variable(raw, name, kind, where, query))
        lines += _import_line(raw, ours[-1], name, kind, why)
    return ours, theirs, lines


def entries(given: Sequence[Any], theirs: Sequence[Mapping[str, Any]]) -> list[str | int]:
    """What stands for each variable of `templating.list`: the name of one of ours, or its place in `theirs`."""
    places = {entry["at"]: place for place, entry in enumerate(theirs)}
    return [places[at] if at in places else given[at]["name"] for at in range(len(given))]


def restored_list(
    variables: Sequence[Variable], theirs: Sequence[Any], order: Sequence[str | int]
) -> list[dict[str, Any]]:
    """`templating.list` of an imported dashboard: each variable as it was but for what was changed here, and those
    that only Grafana has behind those they came after. `order` is as from `entries`.
    """
    asking = _VariableQueries({one.name for one in variables})
    known = [original_name(variable) for variable in variables]
    done: list[tuple[object, dict[str, Any]]] = [
        (name or variable, _export_variable(variable, asking)) for name, variable in zip(known, variables, strict=True)
    ]
    before: object = None
    for entry in order:
        if isinstance(entry, int) and not isinstance(entry, bool) and entry < len(theirs):
            kept = theirs[entry]
            if not isinstance(kept, Mapping) or not isinstance(kept.get("variable"), Mapping):
                continue
            at = next((place + 1 for place, (key, _raw) in enumerate(done) if key == before), 0)
            done.insert(at, (entry, dict(kept["variable"])))
        elif entry not in known:
            continue
        before = entry
    return [raw for _key, raw in done]


def original_name(variable: Variable) -> str:
    """The name that an imported variable had in Grafana; empty for one that is ours."""
    came = variable.source.get("grafana")
    name = came.get("name") if isinstance(came, Mapping) else None
    return name if isinstance(name, str) else ""


def export_variables(variables: Sequence[Variable], theirs: Sequence[Any]) -> list[dict[str, Any]]:
    """`templating.list` for our variables; variables that only Grafana has keep their position."""
    asking = _VariableQueries({one.name for one in variables})
    done = [_export_variable(variable, asking) for variable in variables]
    for entry in theirs:
        if isinstance(entry, Mapping) and isinstance(entry.get("variable"), Mapping):
            at = entry.get("at")
            done.insert(at if isinstance(at, int) and at >= 0 else len(done), dict(entry["variable"]))
    return done


def waiting_text(name: str, values: Sequence[str]) -> str:
    """What the report says of an imported variable whose query can't run."""
    if not values:
        return _("Variable “{name}” has no values.").format(name=name)
    shown = one_line(", ".join(values[:5])) + (" …" if len(values) > 5 else "")
    return _("Variable “{name}” uses its last saved values: {values}.").format(name=name, values=shown)


def waiting_query(variable: Variable, names: Collection[str]) -> str:
    """The query in our syntax, for a data source that isn't checked here, of an imported variable whose own can't run
    over Benchboard's data; empty for any other, and one that was changed since. `names` are the dashboard's variables.
    """
    raw = variable.source.get("grafana")
    if variable.type != "list" or not isinstance(raw, Mapping):
        return ""
    query = query_translation.variable_for_other_source(raw, names)
    if not query:
        return ""
    was = _import_variable(raw, variable.name, "query", f"variables.{variable.name}.grafana")
    return query if was["values"] == list(variable.values) else ""


def _no_place(name: str, kind: str, names: set[str], count: int) -> str:
    if kind not in _LISTED + _TYPED:
        return _("Its type, “{kind}”, has no equivalent in Benchboard.").format(kind=one_line(kind))
    if not NAME.fullmatch(name):
        return _("Names can have up to 63 letters, digits and underscores, and can't start with a digit.")
    if name in names:
        return _("Another variable has the same name.")
    return (
        _("A dashboard can have up to {limit} variables.").format(limit=MAX_VARIABLES) if count >= MAX_VARIABLES else ""
    )


class _VariableQueries:
    """Reads the queries of one dashboard's variables, as long as there are not too many of them."""

    def __init__(self, names: Collection[str]) -> None:
        self.names, self._left = names, query_translation.MOST_READ

    def read(self, raw: Mapping[str, Any], kind: str) -> tuple[str, str]:
        """The query of a variable of Grafana's in our words, or nothing and why there is none."""
        if kind not in _ASKED:
            return "", ""
        if kind == "datasource":
            return "", _("It lists Grafana data sources; Benchboard has none to list.")
        sql = query_translation.sql_of(raw)
        self._left -= len(sql) if len(sql) <= MAX_QUERY else 0
        try:
            if self._left < 0:
                raise UntranslatableQuery(_("The queries before it are too long in total to read this one."))
            return query_translation.from_grafana_sql(sql, self.names), ""
        except UntranslatableQuery as error:
            return "", str(error)


def _names(given: Sequence[Any]) -> set[str]:
    """The names that variables of ours will have."""
    raw = [entry for entry in given if isinstance(entry, Mapping) and entry.get("type") in _LISTED + _TYPED]
    return {entry["name"] for entry in raw if isinstance(entry.get("name"), str) and NAME.fullmatch(entry["name"])}


def _import_variable(raw: Mapping[str, Any], name: str, kind: str, where: str, query: str = "") -> dict[str, Any]:
    label = one_line(text(raw.get("label"), item=None, field=f"{where}.label"))[:MAX_NAME]
    if kind in _TYPED:
        words = _short(_strings(_current(raw)) or _strings(raw.get("query")))[:1]
        return {"name": name, "label": label, "type": "text", "values": [], "chosen": words, "multiple": False,
                "grafana": raw}  # fmt: skip
    values = _short(_options(raw, kind))
    chosen = [value for value in _short(_strings(_current(raw))) if value != _AUTO]
    every = _ALL in chosen
    if every:
        chosen = list(values)
    values += [value for value in chosen if value not in set(values)]
    multiple = raw.get("multi") is True or (len(chosen) > 1 and not every)
    more = {"query": query, "include_all": raw.get("includeAll") is True or every, "all_chosen": every}
    return {"name": name, "label": label, "type": "query" if query else "list", "values": values[:MAX_VALUES],
            "chosen": chosen[:MAX_VALUES], "multiple": multiple, **{key: value for key, value in more.items() if value},
            "grafana": raw}  # fmt: skip


def _import_line(
    raw: Mapping[str, Any], ours: Mapping[str, Any], name: str, kind: str, why: str
) -> Iterator[ReportLine]:
    if why:
        advice = "" if ours["values"] else _("Write a SELECT query, or list its values.")
        yield ReportLine("", "", "kept", waiting_text(name, ours["values"]), " ".join((why, advice)).strip())
    if without := _without_effect(raw, ours["type"]):
        what = _("Variable “{name}” has unsupported settings, kept for export: {fields}.")
        yield ReportLine("", "", "kept", what.format(name=name, fields=", ".join(without)), "")
    given = raw.get("label")
    if isinstance(given, str) and given.strip() and given != ours["label"]:
        what = _("The label of variable “{name}” was shortened to one line of up to {limit} characters.")
        yield ReportLine("", "", "changed", what.format(name=name, limit=MAX_TITLE), "")
    offered = _strings(_current(raw)) + _options(raw, kind)
    if any(len(value) > MAX_NAME for value in offered) or len(offered) > MAX_VALUES:
        what = _("Variable “{name}” lost values: it can have up to {count}, each up to {limit} characters.")
        yield ReportLine("", "", "left out", what.format(name=name, count=MAX_VALUES, limit=MAX_NAME), "")


def _without_effect(raw: Mapping[str, Any], ours: str) -> list[str]:
    """Grafana's names of a variable's settings that have no effect here."""
    never = ours == "query" and raw.get("refresh") == 0  # it asks when the page opens, all the same
    found = [key for key in ("regex", "sort", "allValue", "hide") if raw.get(key) not in (None, "", 0, False)]
    return [*found, *(["refresh"] if never else [])]


def _current(raw: Mapping[str, Any]) -> object:
    current = raw.get("current")
    return current.get("value") if isinstance(current, Mapping) else None


def _options(raw: Mapping[str, Any], kind: str) -> list[str]:
    """The values there are to choose, without the one that means all."""
    options = raw.get("options")
    found = [
        value
        for option in (options if isinstance(options, list) else [])
        if isinstance(option, Mapping)
        for value in _strings(option.get("value"))
    ]
    query = raw.get("query")
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
    return [value for value in values if len(value) <= MAX_NAME][:MAX_VALUES]


def _export_variable(variable: Variable, asking: _VariableQueries) -> dict[str, Any]:
    """A variable in Grafana's format. One imported from there keeps its fields, with the changes made here."""
    came = variable.source.get("grafana")
    if not isinstance(came, Mapping) or not isinstance(came.get("type"), str):
        return _new_export(variable)
    query, _why = asking.read(came, came["type"])
    if not query and variable.type == "query":  # over another source, where `asking` can't check it
        query = query_translation.variable_for_other_source(came, asking.names)
    was = _import_variable(came, variable.name, came["type"], f"variables.{variable.name}.grafana", query)
    raw = {**came, "name": variable.name}
    now = {"label": variable.label, "values": list(variable.values), "chosen": list(variable.chosen),
           "type": variable.type, "multiple": variable.multiple, "query": variable.query,
           "include_all": variable.include_all, "all_chosen": variable.all_chosen}  # fmt: skip
    changed = {key for key, value in now.items() if was.get(key, type(value)()) != value}
    if not changed:
        return raw
    fresh = _new_export(variable)
    if "type" in changed or ("values" in changed and came["type"] not in _ASKED):
        return fresh
    raw |= {"label": variable.label} if "label" in changed else {}
    raw |= {"current": fresh["current"]} if changed & {"chosen", "all_chosen"} else {}
    raw |= {"multi": variable.multiple} if "multiple" in changed else {}
    raw |= {"includeAll": fresh["includeAll"]} if "include_all" in changed else {}
    return query_translation.with_sql(raw, fresh["query"]) if "query" in changed else raw


def _new_export(variable: Variable) -> dict[str, Any]:
    raw: dict[str, Any] = {"name": variable.name, "hide": 0, "skipUrlSync": False}
    raw |= {"label": variable.label} if variable.label else {}
    if variable.type in ("text", "range"):  # Grafana has no ranges
        words = variable.chosen[0] if variable.chosen else ""
        words = range_text(variable) if variable.type == "range" else words
        option = {"selected": True, "text": words, "value": words}
        return {**raw, "type": "textbox", "query": words, "current": option, "options": [option]}
    fields = {"options": [], "multi": variable.multiple, "includeAll": variable.include_all or variable.all_chosen}
    current = _selection(variable)
    raw |= {"current": {"selected": True, "text": current, "value": current}, **fields}
    if variable.all_chosen:
        raw["current"]["text"] = ["All"] if variable.multiple else "All"
    if variable.type == "query":
        asked = query_translation.to_grafana_sql(variable.query)
        return {**raw, "type": "query", "datasource": _SOURCE, "query": asked, "refresh": 1, "regex": "", "sort": 0}
    options = [{"selected": one in variable.chosen, "text": one, "value": one} for one in variable.values]
    listed = ",".join(one.replace(",", "\\,") for one in variable.values)
    return {**raw, "type": "custom", "query": listed, "options": options}


def _selection(variable: Variable) -> object:
    """The selection in the format of Grafana's `current`."""
    if variable.all_chosen:
        return [_ALL] if variable.multiple else _ALL
    chosen = list(variable.chosen)
    return chosen if variable.multiple else (chosen or list(variable.values) or [""])[0]
