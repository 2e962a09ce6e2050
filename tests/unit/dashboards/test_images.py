"""What a document keeps as a picture: bounded, still, true to its form, and nothing else whatever the bytes are."""

import base64
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchboard.dashboards.document import images
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.images import MAX_BYTES, MAX_TOGETHER, ImageHeader
from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.layout import PageIndex
from benchboard.errors import Invalid
from support.image_bytes import chunk, claimed, jpeg, png, webp

SMALL = png(3, 2)
FORMS = {"png": png(30, 20), "jpeg": jpeg(30, 20), "webp": webp(30, 20)}


def _refused(data: bytes) -> Invalid:
    with pytest.raises(Invalid) as refused:
        images.read_header(data)
    assert refused.value.what.endswith(".")
    return refused.value


@pytest.mark.parametrize("form", FORMS)
def test_image_format_and_size_are_detected(form: str) -> None:
    assert images.read_header(FORMS[form]) == ImageHeader(form, 30, 20)
    text = images.to_data_uri(form, FORMS[form])
    assert images.parse_data_uri(text) == (ImageHeader(form, 30, 20), FORMS[form])
    assert images.describe_image(text) == f"{images.NAMES[form]}, 30 × 20, 1 KiB"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"GIF89a" + b"\0" * 60, "other"),
        (b"%PDF-1.7", "other"),
        (b"<?xml version='1.0'?><!-- x --><SVG/>", "svg"),
        (b"<svg onload='alert(1)'/>", "svg"),
        (SMALL[:40], "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (png(0, 5), "damaged"),
        (jpeg(30, 20, end=b""), "damaged"),
        (jpeg(30, 20)[:12], "damaged"),
        (b"\xff\xd8\xff" + b"\xff" * 5_000 + b"\xff\xda\xff\xd9", "damaged"),
        (b"\xff\xd8\xff\xe0\x00\x00" * 5_000 + b"\xff\xda\xff\xd9", "damaged"),
        (webp(30, 20)[:-1], "damaged"),
        (png(3, 2, (0, 0, 0), chunk(b"acTL", b"\0" * 8)), "moving"),
        (webp(30, 20, moving=True), "moving"),
        (claimed(60_000, 60_000, zlib.compress(b"")), "too-large"),
        (jpeg(65_535, 65_535), "too-large"),
        (jpeg(30, 20, scans=5_000), "scans"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_image_of_unsupported_content_is_rejected(data: bytes, code: str) -> None:
    assert _refused(data).code == f"image.{code}"


def _comment(data: bytes) -> bytes:
    return b"\xff\xfe" + (len(data) + 2).to_bytes(2) + data


@pytest.mark.parametrize("marker", [0x01, *range(0xD0, 0xD8)])
def test_jpeg_marker_without_length_hides_no_size(marker: int) -> None:
    """A reader passes over the marker alone; who takes the next two bytes as its length comes out in a comment."""
    small, large = jpeg(16, 16), jpeg(3_000, 2_000)
    lie = _comment(b"x" * 60_000) + _comment(b"y" * (0xFFFE - 60_000 - 8) + small[2:] + b"z" * 20)
    assert images.read_header(large[:2] + bytes((0xFF, marker)) + lie + large[2:]) == ImageHeader("jpeg", 3_000, 2_000)


@pytest.mark.parametrize("marker", [0x00, 0xD9, 0xDA])
def test_jpeg_size_after_the_end_or_start_of_the_picture_is_rejected(marker: int) -> None:
    data = jpeg(16, 16)
    assert _refused(data[:2] + bytes((0xFF, marker)) + b"\0\x08\0\0\0\0\0\0" + data[2:]).code == "image.damaged"


@pytest.mark.parametrize("behind", [b"\0", b"secret", chunk(b"teSt", b"secret"), chunk(b"IEND", b"")])
def test_stripped_png_ends_with_its_picture(behind: bytes) -> None:
    assert images.read_header(SMALL + behind) == ImageHeader("png", 3, 2)  # a file somebody chose is written anew
    with pytest.raises(Invalid) as refused:
        images.parse_data_uri(images.to_data_uri("png", SMALL + behind))
    assert refused.value.code == "image.damaged"
    assert refused.value.do == "Choose the image again."


def test_stripped_png_has_no_trailing_data() -> None:
    with pytest.raises(Invalid):
        images.parse_data_uri(images.to_data_uri("png", SMALL[:-12] + chunk(b"IEND", b"secret")))
    with pytest.raises(Invalid):
        images.parse_data_uri(images.to_data_uri("png", SMALL[:-12] + chunk(b"teSt", b"IEND")))


def test_stripped_png_of_thousands_of_chunks_works() -> None:
    data = png(3, 2, (1, 2, 3), *[chunk(b"teSt", b"")] * 20_000)
    assert images.parse_data_uri(images.to_data_uri("png", data)) == (ImageHeader("png", 3, 2), data)


@given(st.binary(max_size=200), st.sampled_from([b"", *FORMS.values()]), st.integers(0, 80))
@example(b"\xff\xc4", FORMS["jpeg"], 2)
def test_image_of_any_bytes_is_parsed_or_rejected(noise: bytes, start: bytes, at: int) -> None:
    data = start[:at] + noise + start[at:]
    try:
        found = images.read_header(data)
    except Invalid as refused:
        assert refused.what
    else:
        assert 0 < found.width * found.height <= images.MAX_FILE_PIXELS


@given(st.binary(max_size=3_000))
def test_data_uri_round_trips(noise: bytes) -> None:
    data = png(3, 2, (1, 2, 3), chunk(b"teSt", noise))
    assert images.parse_data_uri(images.to_data_uri("png", data))[1] == data


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://h/p.png",
        "file:///etc/passwd",
        "data:image/png;base64,",
        "data:image/png;base64,AAAA",
        "data:image/png;base64,A",
        "data:image/png,x",
        "data:image/svg+xml;base64," + base64.b64encode(b"<svg/>").decode(),
        images.to_data_uri("jpeg", SMALL),
        images.to_data_uri("png", SMALL) + "\n",
        images.to_data_uri("png", SMALL).replace("base64,", "base64, "),
        images.to_data_uri("png", png(5_000, 2)),
        images.to_data_uri("png", claimed(4_000, 4_000, zlib.compress(b""))),
        images.to_data_uri("png", SMALL + b"\0" * MAX_BYTES),
        "data:image/png;base64," + "A" * 5_000_000,
    ],
    ids=lambda text: text[:30],
)
def test_document_with_an_invalid_picture_names_it(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        images.parse_data_uri(text)
    assert refused.value.what.endswith(".")
    assert images.describe_image(text) == "an image that can't be shown"


def _document(count: int, each: int) -> dict[str, object]:
    items = [
        {"id": f"i{k}", "type": "image", "position": {"x": 0, "y": 5 * k, "w": 3, "h": 5},
         "config": {"picture": images.to_data_uri("png", png(3, 2, (1, 2, 3), chunk(b"teSt", bytes(each))))}}
        for k in range(count)
    ]  # fmt: skip
    return {"format": "benchboard/dashboard", "version": 2, "items": items}


def test_page_with_too_large_pictures_is_rejected() -> None:
    document = parse_document(_document(4, 500_000))
    with pytest.raises(Invalid, match="up to 2304 KiB in total") as refused:
        page = PageIndex(document.layout)
        page_edits.require_room(page.layout, page_edits.duplicated(page, ["i0", "i1"]).layout)
    assert refused.value.do


def test_page_with_too_many_pictures_can_be_made_smaller() -> None:
    document = parse_document(_document(5, 500_000))
    page = PageIndex(document.layout)
    assert images.total_length(item.source.get("config") for item in document.layout.items) > MAX_TOGETHER
    page_edits.require_room(page.layout, page.without(["i0"], "vertical"))
    page_edits.require_room(page.layout, page.layout)
