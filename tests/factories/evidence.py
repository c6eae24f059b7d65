"""Rows and files of source evidence."""

import hashlib
import io

import factory
from factory.django import DjangoModelFactory
from PIL import Image

from edc import models
from edc.services.kept_files import keep
from tests.factories.models import SHA, FormInstanceFactory, UserFactory


class EvidenceFactory(DjangoModelFactory):
    class Meta:
        model = models.Evidence

    form = factory.SubFactory(FormInstanceFactory)
    kind = models.Evidence.Kind.TEXT
    source = models.Evidence.Source.LABORATORY
    paths = factory.List(["IT.DM.SEX"])
    text = "Bilirubin 12.5"
    size = 14
    sha256 = SHA
    deidentified = True
    uploaded_by = factory.SubFactory(UserFactory)


def scan(media: str = "JPEG", *, width: int = 60, height: int = 40) -> bytes:
    """Return a picture with a location and an owner's name in its metadata."""
    made = io.BytesIO()
    image = Image.new("RGB", (width, height), "white")
    exif = Image.Exif()
    exif[0x013B] = "ZHANG SAN"
    exif[0x0112] = 6  # the camera was held upright
    image.save(made, media, exif=exif)
    return made.getvalue()


def pdf(pages: int = 2) -> bytes:
    """Return a PDF of blank pages."""
    made = io.BytesIO()
    first, *rest = [Image.new("L", (120, 160), 200) for _ in range(pages)]
    first.save(made, "PDF", save_all=True, append_images=rest)
    return made.getvalue()


def kept_page(form: models.FormInstance, person: models.User, paths: list[str]) -> models.Evidence:
    """Return a page of a form whose file is in the store."""
    content = scan()
    made = EvidenceFactory(
        form=form, kind="page", text="", media_type="image/jpeg", page_count=1, paths=paths,
        uploaded_by=person, size=len(content), sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    keep(made, content)
    return made
