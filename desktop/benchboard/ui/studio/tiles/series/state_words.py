"""The colours of values that are words for a state: “fulfilled” has one colour in the charts of all dashboards.

The words are those of orders, jobs, devices and tickets, in English and Turkish, whole and in any case: “Not fulfilled”
is none. The colours are places of the palette (`Theme.chart`), none of which is that of a status: a chart says which
value it is, not whether that is good. Those of one colour are seldom values of one column; where they are, the second
has the next colour.
"""

from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[int, str]] = {
    1: "pending waiting queued draft paused onhold delayed warning warn beklemede bekliyor taslak uyarı",
    2: "fulfilled completed complete done delivered succeeded success passed ok active online resolved approved "
       "tamamlandı karşılandı teslimedildi başarılı aktif çevrimiçi onaylandı",
    3: "cancelled canceled failed failure error critical rejected declined iptal iptaledildi hata hatalı başarısız "
       "reddedildi",
    4: "refunded returned inactive offline iadeedildi pasif çevrimdışı",
    5: "paid shipped processing running inprogress ödendi kargolandı işleniyor devamediyor",
}  # fmt: skip
"""By the number of the colour, words without spaces and signs."""
_COLOURS: Final = {word: number for number, words in _WORDS.items() for word in words.split()}


def state_colour(name: str) -> int | None:
    """The number of the colour of a value that is the word for a state; None of any other."""
    return _COLOURS.get(plain_name(name))


def plain_name(name: str) -> str:
    """A name without its capitals, spaces and signs; itself if it has nothing else."""
    return "".join(sign for sign in name.casefold() if sign.isalnum()) or name
