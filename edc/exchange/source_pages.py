"""Pages of source documents from outside: told by content, pictures made anew without metadata, PDFs drawn.

PDFium is not safe for several threads at once, so one lock holds every use of it.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from edc.exchange.faults import FileFault

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 40_000_000
MAX_PAGES = 20
# The longer side of a drawn page, in pixels: an A4 page reads well at that.
DRAWN_SIDE = 1800
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
_PICTURES = {"JPEG": JPEG, "PNG": PNG}
_pdfium = threading.Lock()


@dataclass(frozen=True)
class SourceFile:
    """What is kept of an uploaded file: a picture without its metadata, a PDF as it is."""

    content: bytes
    media_type: str
    page_count: int


def read_source(content: bytes) -> SourceFile:
    """Return what is kept of a PDF, JPEG or PNG, told by its content; raise FileFault for anything else."""
    if not content:
        raise FileFault("文件是空的，重新选择文件", "The file is empty: choose it again.")
    if len(content) > MAX_BYTES:
        most = MAX_BYTES // 2**20
        raise FileFault(
            f"文件大于 {most} MB，降低扫描分辨率或分页上传",
            f"The file is over {most} MB: scan at a lower resolution or upload the pages one by one.",
        )
    if content.startswith(b"%PDF-"):
        return SourceFile(content, PDF, _page_count(content))
    return _picture(content)


def page_image(content: bytes, number: int) -> bytes:
    """Return page `number` (from 1) of a PDF as a PNG, its longer side at most DRAWN_SIDE pixels.

    Raises IndexError where there is no such page.
    """
    with _document(content) as document:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        page = document[number - 1]
        scale = min(DRAWN_SIDE / max(*page.get_size(), 1), 4)
        drawn = page.render(scale=scale, may_draw_forms=False).to_pil()
    made = io.BytesIO()
    drawn.save(made, "PNG")
    return made.getvalue()


@contextmanager
def _document(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with _pdfium:
        document = pypdfium2.PdfDocument(content)
        try:
            yield document
        finally:
            document.close()


def _page_count(content: bytes) -> int:
    try:
        with _document(content) as document:
            count = len(document)
    except pypdfium2.PdfiumError:
        raise FileFault(
            "PDF 打不开或有密码，去掉密码后重新导出再上传",
            "The PDF cannot be opened or has a password: export it without one and upload that.",
        ) from None
    if not 1 <= count <= MAX_PAGES:
        raise FileFault(
            f"PDF 有 {count} 页，只上传有关的页，最多 {MAX_PAGES} 页",
            f"The PDF has {count} pages: upload only those that matter, {MAX_PAGES} at most.",
        )
    return count


def _picture(content: bytes) -> SourceFile:
    try:
        with Image.open(io.BytesIO(content), formats=list(_PICTURES)) as image:
            media = str(image.format)
            _check_pixels(image)
            made = _bare(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise FileFault(
            "不是完好的 PDF、JPEG 或 PNG，另存为其中一种再上传",
            "Not a sound PDF, JPEG or PNG: save it as one of these and upload that.",
        ) from None
    kept = io.BytesIO()
    made.save(kept, media, **({"quality": 88} if media == "JPEG" else {"optimize": True}))
    return SourceFile(kept.getvalue(), _PICTURES[media], 1)


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise FileFault(
            f"图片超过 {MAX_PIXELS // 10**6} 百万像素，缩小后再上传",
            f"The picture has over {MAX_PIXELS // 10**6} million pixels: make it smaller and upload that.",
        )


def _bare(image: Image.Image) -> Image.Image:
    """Return the picture upright on white, with nothing but its pixels."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("L", "RGB"):
        pixels = upright
    elif "A" in upright.getbands() or "transparency" in upright.info:
        layered = upright.convert("RGBA")
        pixels = Image.new("RGB", layered.size, "white")
        pixels.paste(layered, mask=layered.getchannel("A"))
    else:
        pixels = upright.convert("RGB")
    return Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())
