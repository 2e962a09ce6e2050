"""Images in a document: the file's own bytes, limited in size, as one text; never a remote address.

Nothing here decodes an image. A file's header is enough to reject what isn't an image, and what would take too much
memory.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, NoReturn

from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_BYTES: Final = 512 * 1024
"""Most bytes of one image file."""
MAX_SIDE: Final = 4_096
MAX_PIXELS: Final = 8_000_000
MAX_TOGETHER: Final = 3 * 1024 * 1024
"""Most characters of all images of a dashboard together, as they are written."""
MAX_FILE: Final = 32 * 1024 * 1024
MAX_FILE_PIXELS: Final = 40_000_000
"""Most pixels of a file that a user selected, before it is scaled down."""
NAMES: Final = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}
_WRITTEN: Final = re.compile(r"data:image/(png|jpeg|webp);base64,([A-Za-z0-9+/]+={0,2})")
_LONGEST: Final = MAX_BYTES // 3 * 4 + 64
_SCANS: Final = 64
"""Most scans of a JPEG; cameras make one, progressive ones have a dozen."""
_PARTS: Final = 1_000
"""Most parts of a file that are read before the one with the image's size."""
_SIZED: Final = frozenset((*range(0xC0, 0xD0),)) - {0xC4, 0xC8, 0xCC}
_BARE: Final = frozenset((0x01, *range(0xD0, 0xD9)))
"""JPEG markers without a length field."""
_LAST: Final = frozenset((0x00, 0xD9, 0xDA))
"""JPEG markers after which no size follows: an invalid one, the end, the image data."""


class ImageHeader(NamedTuple):
    """The header of an image file: its format (`png`, `jpeg`, `webp`), and its size in pixels."""

    form: str
    width: int
    height: int


def read_header(data: bytes) -> ImageHeader:
    """The header of an untrusted file.

    Raises `Invalid`, in a sentence, if it isn't a still image of an accepted format, is incomplete, or has too many
    pixels.
    """
    found = _head(data)
    if found.width * found.height > MAX_FILE_PIXELS:
        _refuse_size(found, _("Images can have up to {count} million pixels."), MAX_FILE_PIXELS)
    return found


def to_data_uri(form: str, data: bytes) -> str:
    """An image file as a document stores it."""
    return f"data:image/{form};base64,{base64.b64encode(data).decode()}"


def parse_data_uri(text: str) -> tuple[ImageHeader, bytes]:
    """The image in a document, as its header and its file. Raises `Invalid`, in a sentence."""
    match = _WRITTEN.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        if len(text) > _LONGEST:
            _refuse_long()
        raise Invalid(
            "image.not-written",
            _("This isn't a valid image."),
            do=_("Choose the image again."),
        )
    try:
        data = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise Invalid("image.not-written", _("This image is incomplete."), do=_("Choose the image again.")) from error
    if len(data) > MAX_BYTES:
        _refuse_long()
    try:
        found = _head(data)
        if found.form == "png" and not _ends(data):
            _refuse_damaged()
    except Invalid as error:
        raise Invalid(error.code, error.what, do=_("Choose the image again.")) from error
    if found.form != match[1]:
        facts = {"said": NAMES[match[1]], "form": NAMES[found.form]}
        raise Invalid("image.other-form", _("This image is labelled {said} but is actually {form}.").format(**facts))
    if max(found.width, found.height) > MAX_SIDE or found.width * found.height > MAX_PIXELS:
        _refuse_size(found, _("Images in a dashboard can have up to {count} million pixels."), MAX_PIXELS)
    return found, data


def describe_image(text: str) -> str:
    """A short description of an image: `PNG, 640 × 360, 12 KiB`."""
    try:
        found, data = parse_data_uri(text)
    except Invalid:
        return _("an image that can't be shown")
    facts = {"form": NAMES[found.form], "width": found.width, "height": found.height, "size": format_size(len(data))}
    return _("{form}, {width} × {height}, {size}").format(**facts)


def format_size(count: int) -> str:
    """A size in bytes, as text."""
    return _("{count} KiB").format(count=max(1, round(count / 1024)))


def is_image(value: object) -> bool:
    """Whether a value is an image in a document, valid or not."""
    return isinstance(value, str) and value.startswith("data:image/")


def total_length(configs: Iterable[object]) -> int:
    """The number of characters of the images of widgets with these settings."""
    texts = (config.get("picture") for config in configs if isinstance(config, Mapping))
    return sum(len(text) for text in texts if isinstance(text, str))


def require_room(before: int, after: int) -> None:
    """Raise `Invalid` if the images of a dashboard grow beyond its limit."""
    if after > max(MAX_TOGETHER, before):
        most = {"limit": MAX_TOGETHER * 3 // 4 // 1024}
        raise Invalid(
            "image.no-room",
            _("Images in a dashboard can take up to {limit} KiB in total.").format(**most),
            do=_("Remove an image or use smaller ones."),
        )


def _head(data: bytes) -> ImageHeader:
    if not data:
        raise Invalid("image.empty", _("The file is empty."), do=_("Choose another file."))
    for form, starts in (("png", data[:8] == b"\x89PNG\r\n\x1a\n"), ("jpeg", data[:3] == b"\xff\xd8\xff"),
                         ("webp", data[:4] == b"RIFF" and data[8:12] == b"WEBP")):  # fmt: skip
        if starts:
            size = {"png": _png, "jpeg": _jpeg, "webp": _webp}[form](data)
            if size is None or not all(size):
                _refuse_damaged()
            return ImageHeader(form, *size)
    if b"<svg" in data[:4096].lower():
        raise Invalid(
            "image.svg",
            _("SVG images aren't supported because they can contain scripts and links."),
            do=_("Save it as PNG and choose that file."),
        )
    raise Invalid("image.other", _("This isn't a PNG, JPEG or WebP image."), do=_("Save it in one of these formats."))


def _png(data: bytes) -> tuple[int, int] | None:
    if data[12:16] != b"IHDR" or b"IEND" not in data:
        return None
    at = 8
    for _chunk in range(_PARTS):
        name = data[at + 4 : at + 8]
        if name == b"acTL":
            _refuse_moving()
        if name in (b"IDAT", b""):
            break
        at += 12 + int.from_bytes(data[at : at + 4])
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _ends(data: bytes) -> bool:
    """Whether a PNG ends with its last part: no data may follow the image."""
    at = 8
    while at < len(
        data
    ):  # without a limit on their number: real files have thousands of parts, and the bytes are limited
        if data[at + 4 : at + 8] == b"IEND":
            return at + 12 == len(data) and data[at : at + 4] == bytes(4)
        at += 12 + int.from_bytes(data[at : at + 4])
    return False


def _jpeg(data: bytes) -> tuple[int, int] | None:
    # Data after the last scan ends it; a truncated file has none, and would be shown grey from there on.
    last = data.rfind(b"\xff\xda")
    if last < 0 or data.find(b"\xff\xd9", last) < 0:
        return None
    if data.count(b"\xff\xda") > _SCANS:
        raise Invalid("image.scans", _("This JPEG has too many scans to read safely."), do=_("Choose another file."))
    at = 2
    for _part in range(_PARTS):
        if at + 9 > len(data) or data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker in _SIZED:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        if marker in _LAST:
            break
        if marker == 0xFF:
            at += 1
        elif marker in _BARE:  # taking its next two bytes for a length would skip data
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    if len(data) < 30 or int.from_bytes(data[4:8], "little") + 8 > len(data) + 1:
        return None
    name = data[12:16]
    if name == b"VP8X":
        if data[20] & 2:
            _refuse_moving()
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if name == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b"VP8 ":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    return None


def _refuse_damaged() -> NoReturn:
    raise Invalid(
        "image.damaged", _("The image is damaged or incomplete."), do=_("Save it again and choose the new file.")
    )


def _refuse_moving() -> None:
    raise Invalid("image.moving", _("Animated images aren't supported."), do=_("Choose a still image."))


def _refuse_long() -> None:
    what = _("An image in a dashboard can take up to {limit} KiB.").format(limit=MAX_BYTES // 1024)
    raise Invalid("image.too-long", what, do=_("Choose the file again; Benchboard scales it down to fit."))


def _refuse_size(found: ImageHeader, why: str, most: int) -> None:
    what = _("The image is {width} × {height} pixels.").format(width=found.width, height=found.height)
    raise Invalid(
        "image.too-large", what, why=why.format(count=most // 1_000_000), do=_("Make it smaller, then try again.")
    )
