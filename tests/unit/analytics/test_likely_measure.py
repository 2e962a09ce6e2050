"""The number that is most likely meant when a table is opened."""

import pytest

from benchboard.analytics.column_statistics import ColumnStatistics, TableStatistics
from benchboard.analytics.likely_measure import likely_measure
from benchboard.analytics.query_types import ValueKind

KINDS: dict[str, ValueKind] = {"t": "text", "i": "integer", "d": "decimal", "at": "timestamp", "day": "date"}


def _columns(text: str) -> list[tuple[str, ValueKind]]:
    """Columns written as `name:kind`, separated by commas."""
    pairs = [part.strip().rsplit(":", 1) for part in text.split(",")]
    return [(name, KINDS[kind]) for name, kind in pairs]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        # Shops and money
        ("order_id:i, created:at, customer_id:i, quantity:i, order_total:d", "sum order_total"),
        ("Invoice:t, StockCode:t, Quantity:i, InvoiceDate:at, Price:d, Customer ID:i, Country:t", "sum Quantity"),
        ("Row ID:i, Order Date:day, Postal Code:i, Sales:d, Quantity:i, Discount:d, Profit:d", "sum Sales"),
        ("year:i, month:i, region:t, revenue:d, margin_pct:d", "sum revenue"),
        ("date:day, store_nbr:i, onpromotion:i, sales:d", "sum sales"),
        ("transactionId:t, unitPrice:d, netAmount:d, vatRate:d", "sum netAmount"),
        ("day:day, currency:t, amount:d", "sum amount by currency"),
        ("day:day, currency:t, items:i, amount:d", "sum amount by currency"),
        ("Day:day, Ccy:t, Qty:i, Charged:d", "sum Charged by Ccy"),
        ("Tag:day, Menge:i, Wert:d, Währung:t", "sum Menge"),
        ("Tag:day, Wert:d, Währung:t", "avg Wert by Währung"),
        ("day:day, currency:t, tax_pct:d, items:i", "sum items"),
        ("Fatura No:i, Tarih:day, Miktar:i, Tutar:d, KDV Oranı:d", "sum Tutar"),
        ("Sipariş Tarihi:day, Müşteri Kodu:i, Adet:i, Birim Fiyat:d", "sum Adet"),
        ("Datum:day, Kunde Nr:i, Menge:i, Umsatz:d", "sum Umsatz"),
        ("Datum:day, PLZ:i, Temperatur:d", "avg Temperatur"),
        # Names as a file's titles become when it is added
        ("zaman:at, oda:t, sicaklik_c:d", "avg sicaklik_c"),
        ("zaman:at, agirlik:d, hiz:d", "sum agirlik"),
        ("tarih:day, odeme:d, satis:d", "sum odeme"),
        ("yil:i, enlem:d, sira:i", ""),
        ("datum:day, groesse:i, schluessel:i, stueck:i", "sum stueck"),
        # Vehicles and sensors
        ("time:at, channel:i, id:i, dlc:i, speed_rpm:d", "avg speed_rpm"),
        ("at:at, device_id:i, voltage:d", "avg voltage"),
        ("at:at, device:t, temperature:d, humidity:d", "avg temperature"),
        ("at:at, sensor:t, value:d", "avg value"),
        ("trip_id:i, started:at, duration_s:i, distance_km:d", "sum duration_s"),
        ("ride_id:t, started_at:at, start_lat:d, start_lng:d, end_lat:d, end_lng:d", ""),
        ("time:at, latitude:d, longitude:d, depth:d, mag:d", "avg depth"),
        ("at:at, port:i, errors:i, bus_load_percent:d", "sum errors"),
        ("at:at, frames:i, bus_load:d", "sum frames"),
        ("vin:t, model_year:i, odometer:d", "avg odometer"),
        # Web, people, places
        ("date:day, page:t, views:i, bounce_rate:d", "sum views"),
        ("day:day, user_id:i, session_id:i, clicks:i", "sum clicks"),
        ("date:day, iso_code:t, new_cases:i, people_vaccinated_pct:d", "sum new_cases"),
        ("country:t, year:i, population:i, life_expectancy:d", "sum population"),
        ("PassengerId:i, Survived:i, Pclass:i, Age:d, Fare:d", "sum Fare"),
        ("id:i, zip:i, phone:i", ""),
        ("name:t, opened:day", ""),
        ("Share (%):d, X:d, Y:d", "avg Share (%)"),
        ("rank:i, score:d", "avg score"),
    ],
)
def test_amounts_come_before_quantities_and_ids_never(columns: str, expected: str) -> None:
    found = likely_measure(_columns(columns), None)
    by = f" by {found.by}" if found is not None and found.by else ""
    assert (f"{found.function} {found.column}{by}" if found is not None else "") == expected


@pytest.mark.parametrize(
    ("found", "is_meant"),
    [
        (ColumnStatistics(1000, 1000, 1, 1000), False),  # a value of its own in each row
        (ColumnStatistics(1000, 5, 1, 5), False),  # a class
        (ColumnStatistics(1000, 30, 1990, 2026), False),  # years
        (ColumnStatistics(1000, 400, 0, 5000), True),
        (ColumnStatistics(0, 0), False),
    ],
)
def test_values_tell_whether_a_whole_number_counts_something(found: ColumnStatistics, is_meant: bool) -> None:
    columns: list[tuple[str, ValueKind]] = [("n", "integer"), ("at", "date")]
    assert (likely_measure(columns, TableStatistics(1000, {"n": found})) is not None) is is_meant
    few = TableStatistics(20, {"n": ColumnStatistics(20, 5, 1, 5)})
    assert likely_measure(columns, few) is not None


def test_amounts_of_one_currency_are_added_up_and_known_ids_are_not() -> None:
    columns = _columns("currency:t, amount:d, stock:i")
    one = TableStatistics(1000, {"currency": ColumnStatistics(1000, 1)})
    found = likely_measure(columns, one)
    assert found == ("amount", "sum", "")
    assert likely_measure(columns, one, {"amount", "stock"}) is None
