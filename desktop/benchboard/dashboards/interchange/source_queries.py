"""What Grafana asked for a panel: the words somebody writes our query from."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from benchboard.dashboards.interchange import panel_export

_WORDS: Final = ("expr", "rawSql", "rawQuery", "query", "target", "queryText", "sql", "expression")
"""Where data sources of Grafana's keep the text of a query, in the order they are looked for."""
_MOST: Final = 20_000


def original_queries(source: Mapping[str, object]) -> str:
    """The queries that stayed of an item of Grafana's, as they are written there, one below the other; empty for an
    item that brought none. What a query says in no words is shown as its JSON."""
    targets = panel_export.grafana_source(source).get("targets")
    asked = [target for target in targets if isinstance(target, Mapping)] if isinstance(targets, list) else []
    return "\n\n".join(words for target in asked if (words := next(_words(target), "")))[:_MOST]


def _words(target: Mapping[str, object]) -> Iterator[str]:
    for key in _WORDS:
        said = target.get(key)
        if isinstance(said, str) and said.strip():
            yield said.strip()
    rest = {key: value for key, value in target.items() if key not in ("refId", "datasource", "hide")}
    if rest:
        yield json.dumps(rest, ensure_ascii=False, indent=1)
