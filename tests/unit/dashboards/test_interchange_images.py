"""Pictures between Grafana's text panels and our images: what is there comes along, what lies elsewhere is named."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document import images
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.interchange import ConversionReport, from_grafana, to_grafana
from support.grafana import faults
from support.image_bytes import chunk, png

Json = dict[str, Any]
PICTURE = images.to_data_uri("png", png(40, 20, (9, 90, 200), chunk(b"teSt", bytes(40_000))))
SVG = "data:image/svg+xml;base64," + base64.b64encode(b"<svg onload='alert(1)'/>" * 900).decode()


def _panel(content: str, mode: str = "markdown", **fields: Any) -> Json:
    said = {"id": 7, "type": "text", "title": "P", "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4}, "transparent": True}
    return {**said, "options": {"mode": mode, "content": content, "code": {"language": "plaintext"}}, **fields}


def _read(panel: Json) -> tuple[Json, ConversionReport]:
    document, report = from_grafana({"schemaVersion": 39, "title": "T", "panels": [panel]})
    (item,) = document["items"]  # type: ignore[misc]
    return item, report


def _back(item: Json) -> tuple[Json, ConversionReport]:
    dashboard, report = to_grafana(
        parse_document({"format": "benchboard/dashboard", "version": 2, "title": "T", "columns": 24, "items": [item]})
    )
    assert faults(dashboard) == []
    (panel,) = dashboard["panels"]
    return panel, report


@pytest.mark.parametrize(
    ("content", "mode", "alt"),
    [
        (f"![]({PICTURE})", "markdown", ""),
        (f"\n ![A \\[map\\]]({PICTURE})\n", "markdown", "A [map]"),
        (f'<p><img alt="A &amp; B" src="{PICTURE}" width=9></p>', "html", "A & B"),
        (f"<IMG SRC='{PICTURE}'>", "html", ""),
    ],
)
def test_import_text_panel_with_a_data_uri_becomes_an_image(content: str, mode: str, alt: str) -> None:
    item, report = _read(_panel(content, mode))
    assert (item["type"], item["title"]) == ("image", "P")
    assert item["config"] == {"picture": PICTURE} | ({"alt": alt} if alt else {})
    assert PICTURE not in str(item["grafana"])
    assert (report.mapped, report.placeholder, report.lines) == (1, 0, ())
    panel, told = _back(item)
    assert panel["options"]["content"] == content
    assert (panel["type"], panel["transparent"]) == ("text", True)
    assert panel["options"]["code"] == {"language": "plaintext"}
    assert _read(panel)[0]["config"] == item["config"]
    assert not [line for line in told.lines if line.id]
    item["config"] |= {"alt": "Another [map]"}
    assert _back(item)[0]["options"]["content"] == f"![Another \\[map\\]]({PICTURE})"


@pytest.mark.parametrize("address", ["http://h/p.png", "/public/img/x.png", "file:///etc/passwd", SVG,
                                     "data:image/png;base64,AAAA", f"DATA:IMAGE/PNG{PICTURE[14:]}"])  # fmt: skip
def test_import_remote_image_becomes_a_placeholder_with_its_address(address: str) -> None:
    panel = _panel(f"![Plan]({address})")
    item, report = _read(panel)
    assert item["type"] == "image"
    assert "picture" not in item["config"]
    assert address.startswith(item["config"]["url"])
    assert len(item["config"]["url"]) < 100
    assert (report.mapped, report.placeholder) == (0, 1)
    assert "Images aren't downloaded" in report.text()
    back, _told = _back(item)
    assert back["options"] == panel["options"]


@pytest.mark.parametrize("content", [f"Look: ![]({PICTURE})", f"![]({PICTURE}) ![]({PICTURE})", PICTURE, "![](x y)"])
def test_import_text_panel_with_more_than_an_image_stays_text(content: str) -> None:
    item, _report = _read(_panel(content))
    assert item["type"] == "text"
    assert _back(item)[0]["options"]["content"] == content


def test_export_replaced_picture_is_written_to_the_panel() -> None:
    item, _report = _read(_panel("![](http://h/p.png)"))
    item["config"] = {"picture": PICTURE, "fit": "fill"}
    panel, report = _back(item)
    assert panel["options"]["content"] == f"![]({PICTURE})"
    assert panel["transparent"] is True
    del item["grafana"]
    assert "image scaling and alignment" in _back(item)[1].text()
    assert report.placeholder == 0


@given(st.text(max_size=300))
def test_export_image_description_round_trips(words: str) -> None:
    alt = "".join(sign for sign in words if sign.isprintable()).strip()
    item: Json = {"id": "a", "type": "image", "position": {"x": 0, "y": 0, "w": 3, "h": 3}}
    item["config"] = {"picture": PICTURE, "alt": alt}
    document = {"format": "benchboard/dashboard", "version": 2, "title": "T", "columns": 24, "items": [item]}
    parsed = parse_document(document)
    again = parse_document(from_grafana(to_grafana(parsed)[0])[0])
    before, after = (widget_of(one.layout.items[0]) for one in (parsed, again))
    assert after.setting("alt") == before.setting("alt")
    assert after.setting("picture") == PICTURE
