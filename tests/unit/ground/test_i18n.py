"""Every sentence of the program has a Turkish translation with the same placeholders."""

import errno
import functools
import os
import re
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from benchboard import i18n

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "resources" / "i18n"
Sentence = tuple[str, ...]


@functools.cache
def source_sentences() -> dict[Sentence, str]:
    """Every sentence in the source (its context, if any; singular; plural, if any) → where it stands."""
    found: dict[Sentence, str] = {}
    keywords = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    for file, line, message, _comments, context in extract_from_dir(
        ROOT / "desktop" / "benchboard", method_map=[("**.py", "python")], keywords=keywords
    ):
        key = message if isinstance(message, tuple) else (message,)
        found[(context, *key) if context else key] = f"{file}:{line}"
    return found


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)[^}]*\}", text))


@pytest.fixture(scope="module")
def turkish() -> dict[Sentence, Message]:
    with (FOLDER / "tr.po").open("rb") as file:
        catalogue = read_po(file, locale="tr")
    return {
        (*([m.context] if m.context else []), *(m.id if isinstance(m.id, tuple) else [m.id])): m
        for m in catalogue
        if m.id
    }


def test_languages_are_english_and_those_with_a_catalogue() -> None:
    assert set(i18n.LANGUAGES) == {"en", *(file.stem for file in FOLDER.glob("*.po"))}


def test_turkish_catalogue_translates_every_sentence(turkish: dict[Sentence, Message]) -> None:
    missing = {
        where: sentence
        for sentence, where in source_sentences().items()
        if sentence not in turkish or turkish[sentence].fuzzy or not all(_strings(turkish[sentence]))
    }
    assert not missing


def test_no_sentence_has_a_duration_written_out() -> None:
    """It is formatted from its constant, so that changing the constant keeps the sentence true."""
    content = ("templates.py", "demo.py")  # what dashboards are made of
    wrong = {
        where: sentence
        for sentence, where in source_sentences().items()
        if re.search(r"(?<!interval ')\b\d+ (hour|day|minute|second)s?\b", " ".join(sentence))
        and not any(name in where for name in content)
    }
    assert not wrong


def test_things_are_moved_to_the_trash_in_one_phrase(turkish: dict[Sentence, Message]) -> None:
    """Lists had “Move to trash” and “Move to the trash”."""
    moving = {sentence: where for sentence, where in source_sentences().items() if "trash" in " ".join(sentence)}
    assert not {where: one for one, where in moving.items() if re.search(r"\b[Mm]oved? .*to trash", " ".join(one))}
    named = [one for one in moving if re.search(r"\b[Mm]oved? .*to the trash", " ".join(one))]
    assert named
    assert not [one for one in named if not all("çöp kutusuna" in text.lower() for text in _strings(turkish[one]))]


def test_turkish_catalogue_has_no_unused_sentence(turkish: dict[Sentence, Message]) -> None:
    assert not turkish.keys() - source_sentences().keys()


def test_turkish_translations_have_the_same_placeholders(turkish: dict[Sentence, Message]) -> None:
    for sentence, message in turkish.items():
        strings = _strings(message)
        for string, said in zip(strings, sentence[-len(strings) :], strict=True):
            assert placeholders(string) == placeholders(said), sentence


def test_pgettext_tells_two_senses_of_a_word_apart() -> None:
    try:
        i18n.use("tr", FOLDER)
        assert (i18n.pgettext("role", "Admin"), i18n._("Admin")) == ("Yönetici", "Yönetim")
    finally:
        i18n.use("en", FOLDER)
    assert i18n.pgettext("role", "Admin") == "Admin"


def test_ngettext_in_turkish_has_one_form_for_every_count() -> None:
    try:
        i18n.use("tr", FOLDER)
        for count in (0, 1, 2, 1_000_000):
            form = i18n.ngettext("{count} row", "{count} rows", count)
            assert form.format(count=count) == f"{count} satır"
    finally:
        i18n.use("en", FOLDER)


@pytest.mark.parametrize(
    ("value", "decimals", "most", "english", "turkish"),
    [
        (1487.5, None, 2, "1\u202f487.5", "1\u202f487,5"),
        (0.3, None, 2, "0.3", "0,3"),
        (0.3, 2, 2, "0.30", "0,30"),
        (83.3333, None, 3, "83.333", "83,333"),
        (Decimal("41.40"), None, 2, "41.40", "41,40"),
        (10_000, None, 2, "10\u202f000", "10\u202f000"),
        (-12.5, 1, 2, "\u221212.5", "\u221212,5"),
        (-0.001, 2, 2, "0.00", "0,00"),
    ],
)
def test_number_has_groups_and_the_decimal_point_of_the_language(
    value: float | Decimal, decimals: int | None, most: int, english: str, turkish: str
) -> None:
    assert i18n.number(value, decimals, most=most) == english
    try:
        i18n.use("tr", FOLDER)
        assert i18n.number(value, decimals, most=most) == turkish
        i18n.use("en", FOLDER, decimal_point=",")
        assert i18n.number(value, decimals, most=most) == turkish  # a region's own
    finally:
        i18n.use("en", FOLDER)


def test_number_of_a_language_that_there_is_not_is_english() -> None:
    try:
        i18n.use("xx", FOLDER)
        assert i18n.number(1.5) == "1.5"
    finally:
        i18n.use("en", FOLDER)


@pytest.mark.parametrize(
    ("value", "decimals", "english", "turkish"),
    [
        (87.5, None, "87.5 %", "%87,5"),
        (Decimal("-18.84"), 1, "\u221218.8 %", "\u2212%18,8"),
        (0, None, "0 %", "%0"),
        (12_345, None, "12\u202f345 %", "%12\u202f345"),
    ],
)
def test_percent_has_the_form_of_the_language(
    value: float | Decimal, decimals: int | None, english: str, turkish: str
) -> None:
    assert i18n.percent(value, decimals) == english
    try:
        i18n.use("tr", FOLDER)
        assert i18n.percent(value, decimals) == turkish
    finally:
        i18n.use("en", FOLDER)


@pytest.mark.parametrize(
    ("written", "currency", "english", "turkish"),
    [
        ("2\u202f474", "EUR", "€\xa02\u202f474", "€\xa02\u202f474"),
        ("\u22125.00", "USD", "\u2212$\xa05.00", "\u2212$\xa05.00"),
        ("5", "TRY", "TRY\xa05", "₺\xa05"),
        ("5", "XYZ", "XYZ\xa05", "XYZ\xa05"),
    ],
)
def test_amount_has_the_symbol_of_its_currency_where_the_language_has_one(
    written: str, currency: str, english: str, turkish: str
) -> None:
    assert i18n.with_currency(written, currency) == english
    try:
        i18n.use("tr", FOLDER)
        assert i18n.with_currency(written, currency) == turkish
    finally:
        i18n.use("en", FOLDER)


def test_currency_has_its_own_decimals_and_code() -> None:
    assert [i18n.currency_decimals(code) for code in ("EUR", "JPY", "KWD", "XYZ")] == [2, 0, 3, 2]
    assert [i18n.is_currency(code) for code in ("EUR", "eur", "€", "EURO", None, "")] == [True] + [False] * 5


@pytest.mark.parametrize("language", ["en", "tr"])
@pytest.mark.parametrize("value", [0.3, 87.5, -12.25, 1487.5, 1_000_000.0])
def test_parse_number_reads_what_number_writes(language: str, value: float) -> None:
    try:
        i18n.use(language, FOLDER)
        assert i18n.parse_number(f" {i18n.number(value)} ") == value
    finally:
        i18n.use("en", FOLDER)
    assert i18n.parse_number("-87,5") == i18n.parse_number("-87.5") == -87.5
    for wrong in ("", "8o", "1.2.3", "nan", "inf"):
        with pytest.raises(ValueError, match="number"):
            i18n.parse_number(wrong)


@pytest.mark.parametrize(
    ("language", "typed", "whole", "decimal"),
    [("en", "1,250", 1250.0, "1.250"), ("en", " −100,000", -100_000.0, "-100.000"), ("tr", "1.250", 1250.0, "1,250")],
)
def test_parse_number_that_can_be_read_in_two_ways_is_refused_with_both(
    language: str, typed: str, whole: float, decimal: str
) -> None:
    """1,250 was read as 1.25 in English."""
    try:
        i18n.use(language, FOLDER)
        with pytest.raises(i18n.TwoReadings) as refused:
            i18n.parse_number(typed)
        assert refused.value.whole == whole
        assert decimal in str(refused.value)
        assert f"{whole:.0f}" in str(refused.value)
    finally:
        i18n.use("en", FOLDER)


@pytest.mark.parametrize(
    ("language", "typed", "value"),
    [
        ("en", "1.250", 1.25), ("tr", "1,250", 1.25), ("en", "0,250", 0.25), ("en", "1,25", 1.25),
        ("en", "1250,125", 1250.125), ("en", "1,2505", 1.2505), ("tr", "0.125", 0.125), ("en", "1 250", 1250.0),
    ],
)  # fmt: skip
def test_parse_number_with_one_reading_is_read(language: str, typed: str, value: float) -> None:
    try:
        i18n.use(language, FOLDER)
        assert i18n.parse_number(typed) == value
    finally:
        i18n.use("en", FOLDER)


def test_sentences_format_no_numbers_themselves() -> None:
    """`number` knows the language's decimal point, a format such as `:.2f` does not."""
    assert not [sentence for sentence in source_sentences() if re.search(r"\{\w*:", " ".join(sentence))]


def test_no_module_but_i18n_groups_thousands() -> None:
    package = ROOT / "desktop" / "benchboard"
    grouping = [path for path in package.rglob("*.py") if re.search(r":,(\.\{?\w*\}?f)?\}", path.read_text())]
    assert grouping == [package / "i18n.py"] or not grouping


def test_use_unknown_language_falls_back_to_english(tmp_path: Path) -> None:
    (tmp_path / "tr.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Stopped."\nmsgstr "Durduruldu."\n',
        encoding="utf-8",
    )
    try:
        i18n.use("tr", tmp_path)
        assert i18n._("Stopped.") == "Durduruldu."
        assert i18n._("A sentence without one") == "A sentence without one"
        i18n.use("xx", tmp_path)
        assert i18n._("Stopped.") == "Stopped."
    finally:
        i18n.use("en", tmp_path)


def _strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, list | tuple) else [str(message.string)]


def test_system_reason_is_in_the_selected_language() -> None:
    """`No such file or directory` stood in Turkish errors as it was."""
    reasons = [OSError(number, os.strerror(number)) for number in (errno.ENOENT, errno.EACCES, errno.ENOSPC)]
    assert [i18n.system_reason(one) for one in reasons] == [one.strerror for one in reasons]
    i18n.use("tr", FOLDER)
    try:
        turkish = [i18n.system_reason(one) for one in reasons]
        assert turkish == ["Böyle bir dosya ya da klasör yok", "Erişim izni yok", "Aygıtta boş yer kalmadı"]
        assert i18n.system_reason(OSError(9999, "Something new")) == "Something new"
        assert i18n.system_reason(OSError()) == ""
    finally:
        i18n.use("en", FOLDER)


@pytest.mark.parametrize(
    ("allowed", "text"),
    [
        (i18n.allowed_numbers(), "a number"),
        (i18n.allowed_numbers(whole=True), "a whole number"),
        (i18n.allowed_numbers(1, 64, whole=True), "a whole number from 1 to 64"),
        (i18n.allowed_numbers(0.1, 99.9, unit="%"), "a number from 0.1 to 99.9 %"),
        (i18n.allowed_numbers(1), "a number of 1 or more"),
        (i18n.allowed_numbers(0, open_low=True), "a number above 0"),
    ],
)
def test_allowed_numbers_are_said_in_one_form(allowed: str, text: str) -> None:
    assert allowed == text
