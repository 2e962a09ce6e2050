"""The data and the period of a row of the send table, as they are typed. No widgets."""

from benchboard.canbus import candump
from benchboard.canbus.frame import Frame
from benchboard.canbus.send_table import require_period
from benchboard.errors import Invalid
from benchboard.i18n import TwoReadings, _, parse_number


def data_text(frame: Frame) -> str:
    """The data of a frame as it is edited: its bytes, or the DLC that a remote frame asks for."""
    return str(frame.remote_dlc) if frame.remote else frame.data.hex(" ").upper()


def with_data(frame: Frame, text: str) -> Frame:
    """`frame` with the data that was typed. Raises `Invalid` (`send.data`) for what such a frame can't have."""
    data = "".join(text.split())
    if frame.remote:
        data = f"R{data}"
    elif frame.fd:
        data = f"#{int(frame.brs)}{data}"
    ident = f"{frame.id:08X}" if frame.extended else f"{frame.id:03X}"
    found = candump.parse(f"{ident}#{data}")
    if found is None:
        raise Invalid("send.data", candump.why_invalid(f"{ident}#{data}"), field="data")
    return frame._replace(data=found.data, remote_dlc=found.remote_dlc)


def read_period(text: str) -> float | None:
    """The period that was typed (ms); None for nothing, or *once*. Raises `Invalid` (`send.period`)."""
    text = text.strip()
    if not text or text.casefold() == _("once").casefold():
        return None
    try:
        period = round(parse_number(text), 3)
    except TwoReadings as error:
        raise Invalid("send.period", str(error), field="period") from error
    except ValueError as error:
        raise Invalid("send.period", _("Enter a number, or nothing to send once."), field="period") from error
    require_period(period)
    return period
