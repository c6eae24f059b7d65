"""Uploaded pages: told by their content, pictures without metadata, PDFs drawn page by page."""

import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from edc.exchange.faults import FileFault
from edc.exchange.source_pages import JPEG, MAX_PAGES, PDF, PNG, page_image, read_source
from tests.factories.evidence import pdf, scan


@pytest.mark.parametrize(("media", "told"), [("JPEG", JPEG), ("PNG", PNG)])
def test_a_picture_is_kept_upright_and_without_its_metadata(media, told):
    kept = read_source(scan(media))
    image = Image.open(io.BytesIO(kept.content))

    assert kept.media_type == told
    assert image.size == (40, 60)  # 60 x 40, turned by its orientation
    assert not image.getexif()
    assert b"ZHANG SAN" not in kept.content


def test_words_beside_the_pixels_of_a_png_are_gone():
    made = io.BytesIO()
    info = PngInfo()
    info.add_text("Patient", "LI SI")
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(made, "PNG", pnginfo=info)
    kept = read_source(made.getvalue())

    assert b"LI SI" in made.getvalue()
    assert b"LI SI" not in kept.content
    assert Image.open(io.BytesIO(kept.content)).getpixel((0, 0)) == (255, 255, 255)


def test_a_pdf_is_kept_as_it_is_and_drawn_page_by_page():
    content = pdf(2)
    kept = read_source(content)
    drawn = Image.open(io.BytesIO(page_image(content, 2)))

    assert (kept.content, kept.media_type, kept.page_count) == (content, PDF, 2)
    assert drawn.width < drawn.height
    assert drawn.getpixel((5, 5)) == (200, 200, 200)
    with pytest.raises(IndexError):
        page_image(content, 3)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Not a sound"),
        (b"GIF89a" + bytes(40), "Not a sound"),
        (scan()[:200], "Not a sound"),
        (b"%PDF-1.7 and nothing more", "cannot be opened"),
        (b"%PDF-" + bytes(10 * 2**20), "over 10 MB"),
    ],
)
def test_what_is_no_sound_page_is_refused_with_what_to_do(content, said):
    with pytest.raises(FileFault, match=said):
        read_source(content)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked():
    made = io.BytesIO()
    Image.new("1", (8000, 8000)).save(made, "PNG")
    with pytest.raises(FileFault, match="million pixels"):
        read_source(made.getvalue())


def test_a_long_pdf_is_refused():
    with pytest.raises(FileFault, match=f"{MAX_PAGES} at most"):
        read_source(pdf(MAX_PAGES + 1))
