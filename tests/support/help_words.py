"""The sentences of the command line's help, and the catalogue of their Turkish: `python -m support.help_words` adds
to it what is new, without a translation, and drops what is gone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from benchboard import i18n
from benchboard.cli.help_texts import help_paragraphs, sentences_of
from benchboard.cli.main import root
from benchboard.tour.run import tour

CATALOGUE: Final = Path(__file__).parents[2] / "resources" / "i18n" / "help" / "tr.po"


def commands() -> Iterator[tuple[click.Command, click.Context]]:
    """Every command and group with a context to run it in, `benchboard` itself first."""
    context = click.Context(root, info_name="benchboard")
    yield from _below(root, context)
    yield tour, click.Context(tour, info_name="tour", parent=context)


def _below(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _below(found, click.Context(found, info_name=name, parent=context))


def sentences() -> set[str]:
    """Every sentence of the help that the window's catalogue doesn't have."""
    found: set[str] = set()
    for command, context in commands():
        found |= {sentence for paragraph in help_paragraphs(command) for sentence in sentences_of(paragraph)}
        options = (one for one in command.get_params(context) if isinstance(one, click.Option))
        found |= {one.help for one in options if one.help}
    with (CATALOGUE.parents[1] / "tr.po").open("rb") as file:
        known = {message.id for message in read_po(file, locale="tr")}
    return found - known


def update() -> None:
    """Write the catalogue with exactly the sentences that there are."""
    translations: dict[str, str] = {}
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as file:
            translations = {str(one.id): str(one.string) for one in read_po(file, locale="tr") if one.id}
    catalogue = Catalog(locale="tr", project="Benchboard", fuzzy=False)
    for sentence in sorted(sentences()):
        catalogue.add(sentence, translations.get(sentence, ""))
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=0, omit_header=True)


if __name__ == "__main__":
    i18n.use("en", CATALOGUE.parents[1])
    update()
