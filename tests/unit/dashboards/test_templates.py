"""Every template is a valid document without overlaps, and its queries can be run."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from benchboard import i18n, package_data
from benchboard.analytics.queries import check_query
from benchboard.dashboards.document import images
from benchboard.dashboards.document.document import empty, fitted_document, parse_document, write_document
from benchboard.dashboards.document.widget_kinds import IMAGE, widget_of
from benchboard.dashboards.layout import Layout, PageIndex, decode, walk_items
from benchboard.dashboards.templates import NEW_TITLE, TEMPLATES, WORDS, Template, apply_template


def _apart(layout: Layout) -> bool:
    cells = layout.cells
    own = not any(a.overlaps(b) for k, a in enumerate(cells) for b in cells[:k])
    return own and all(_apart(pane.layout) for item in layout.items for pane in item.panes)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)
def test_template_is_a_valid_document(template: Template) -> None:
    text = (package_data.resources_folder() / "templates" / f"{template.key}.json").read_text(encoding="utf-8")
    document = parse_document(decode(text))
    assert fitted_document(document) == document  # nothing has to give way
    assert _apart(document.layout)
    assert all(cell.right <= 12 for cell in document.layout.cells)
    assert document.title == template.title
    widgets = [widget_of(found.item) for found in walk_items(document.layout) if not found.item.panes]
    assert widgets
    for widget in widgets:
        assert widget.kind is not None
        assert widget.title
        if widget.kind.query:
            columns = check_query(widget.query)
            numbers = [column for column in columns if column.kind in ("integer", "decimal", "number")]
            assert numbers or widget.kind.type == "table"
        elif widget.kind.type == IMAGE:
            assert images.parse_data_uri(str(widget.setting("picture")))
            assert widget.setting("alt")
        else:
            assert widget.setting("text")
    assert fitted_document(parse_document(write_document(template.document))).layout == document.layout


def test_templates_are_eight_and_every_file_is_listed() -> None:
    files = {path.stem for path in (package_data.resources_folder() / "templates").iterdir()}
    assert files == {template.key for template in TEMPLATES}
    assert len(TEMPLATES) == 8
    kinds = {found.item.type for template in TEMPLATES for found in walk_items(template.document.layout)}
    assert {"row", "tabs", "metric_card", "line_chart", "bar_chart", "pie_chart", "table", "text", "image"} <= kinds


def test_start_from_template_keeps_a_title() -> None:
    assert apply_template(empty("Mine"), TEMPLATES[0]).title == "Mine"
    assert apply_template(empty(), TEMPLATES[0]).title == "Orders overview"
    assert PageIndex(apply_template(empty(), TEMPLATES[6]).layout).shown


@pytest.mark.parametrize("language", ["en", "tr"])
def test_start_from_another_template_replaces_the_first_ones_title(language: str) -> None:
    folder = package_data.resources_folder() / "i18n"
    try:
        i18n.use(language, folder)
        first = apply_template(empty(), TEMPLATES[2])
    finally:
        i18n.use("en", folder)
    for said, template in ((first, TEMPLATES[3]), (apply_template(first, TEMPLATES[3]), TEMPLATES[4])):
        second = apply_template(said, template)
        assert (second.title, second.description) == (template.document.title, template.document.description)
    mine = apply_template(replace(first, title="Mine", description="What I look at."), TEMPLATES[4])
    assert (mine.title, mine.description) == ("Mine", "What I look at.")


@pytest.mark.parametrize("language", ["en", "tr"])
def test_start_from_template_replaces_the_default_title_in_any_language(language: str) -> None:
    folder = package_data.resources_folder() / "i18n"
    try:
        i18n.use(language, folder)
        new = empty(i18n._(NEW_TITLE))
    finally:
        i18n.use("en", folder)
    assert apply_template(new, TEMPLATES[0]).title == "Orders overview"


def _words(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _words(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key in ("title", "description", "text", "alt", "compare") and isinstance(one, str) and one:
                yield one
            else:
                yield from _words(one)


def test_template_words_are_all_in_the_catalogue() -> None:
    files = sorted((package_data.resources_folder() / "templates").iterdir())
    said = {word for file in files for word in _words(decode(file.read_bytes()))}
    assert said == set(WORDS) | {template.title for template in TEMPLATES}


@pytest.fixture
def turkish() -> Iterator[None]:
    i18n.use("tr", package_data.resources_folder() / "i18n")
    yield
    i18n.use("en", package_data.resources_folder() / "i18n")


@pytest.mark.usefixtures("turkish")
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)
def test_template_is_in_the_users_language(template: Template) -> None:
    document = apply_template(empty(), template)
    english = parse_document(
        decode((package_data.resources_folder() / "templates" / f"{template.key}.json").read_bytes())
    )
    assert document.title == i18n._(template.title) != template.title
    assert document.description != english.description
    for ours, theirs in zip(walk_items(document.layout), walk_items(english.layout), strict=True):
        one, other = widget_of(ours.item), widget_of(theirs.item)
        assert ours.cell == theirs.cell
        assert one.title == (i18n._(other.title) if other.title else "")
        assert all(pane.title != there.title for pane, there in zip(ours.item.panes, theirs.item.panes, strict=True)
                   if there.title)  # fmt: skip
        if one.kind is not None and one.kind.query:
            check_query(one.query)
            assert "'Mon'" not in one.query
    assert not {*_words(write_document(document))} & {*WORDS}
