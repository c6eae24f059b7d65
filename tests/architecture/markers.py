"""Words planted in one site's data, a sealed first pass, a draft and a read: nobody else may get them."""

from dataclasses import dataclass
from typing import Any

from edc import audit
from edc.models import FormInstance, Query, Subject, User
from imaging.models import Read
from tests.factories import imaging as images
from tests.factories import models as made

# What only people of the site may get, and what only its own author may get as yet.
OF_THE_SITE = "ZZSITE"
SEALED = "ZZSEALED"


@dataclass(frozen=True)
class Planted:
    """Where the words stand; `sealed` waits for its second pass, `drafted` is being entered."""

    author: User
    complete: FormInstance
    value_path: str
    sealed: FormInstance
    drafted: FormInstance

    @staticmethod
    def path_of(form: FormInstance) -> str:
        """Return the item of the form in which its word stands."""
        return _text_path(form)


def plant(subject: Subject, complete: FormInstance, ids: dict[str, Any], author: User) -> Planted:
    """Plant the words; every kind of place has a word of its own, so that a leak names its source."""
    Subject.objects.filter(pk=subject.pk).update(subject_key=f"{OF_THE_SITE}-KEY")
    path = _text_path(complete)
    item_oid = path.partition("[")[0]
    complete.values.filter(item_oid=item_oid).delete()
    made.ItemValueFactory(
        form=complete, item_oid=item_oid, value=f"{OF_THE_SITE}-VALUE", raw=f"{OF_THE_SITE}-RAW"
    )
    made.ObservationFactory(form=complete, observer=author, content=_record(path, f"{OF_THE_SITE}-SEALED"))
    Query.objects.filter(pk=ids["query pk"]).update(
        text_zh=f"{OF_THE_SITE}-QUERY", text_en=f"{OF_THE_SITE}-QUERY"
    )
    made.QueryMessageFactory(query_id=ids["query pk"], text=f"{OF_THE_SITE}-MESSAGE")
    told = {"raw": f"{OF_THE_SITE}-BEFORE", "unit": None, "missing": None}
    reason = f"{OF_THE_SITE}-REASON"
    audit.record(
        actor=author, action="item.corrected", target=complete, path=path, before=told, reason=reason
    )
    sealed, drafted = _others(subject)
    _seal(sealed, author)
    _draft(drafted, author)
    _read(ids["read pk"])
    return Planted(author, complete, path, sealed, drafted)


def _text_path(form: FormInstance) -> str:
    items = form.design_version.design.form(form.form_oid).items
    return next((each.oid for each in items if each.type in ("text", "long_text")), items[0].oid)


def _record(path: str, raw: str) -> dict:
    return {"items": {path: {"raw": raw, "unit": None, "missing": None}}, "rows": {}}


def _others(subject: Subject) -> list[FormInstance]:
    """Return two forms that no URL of the walk names."""
    return list(subject.forms.filter(status="to_do").exclude(form_oid="FO.IMA").order_by("-pk")[:2])


def _seal(form: FormInstance, author: User) -> None:
    path = _text_path(form)
    content = _record(path, f"{SEALED}-PASS")
    made.ObservationFactory(form=form, observer=author, content=content)
    FormInstance.objects.filter(pk=form.pk).update(status="first_sealed")
    after = {"stream": "entry-1", "content": content}
    audit.record(actor=author, action="entry.submitted", target=form, after=after, blinded="entry-1")


def _draft(form: FormInstance, author: User) -> None:
    path = _text_path(form)
    entry = _record(path, f"{SEALED}-DRAFT")["items"][path]
    made.DraftItemFactory(draft=made.DraftFactory(form=form, observer=author), path=path, entry=entry)
    FormInstance.objects.filter(pk=form.pk).update(status="first_draft")
    audit.record(actor=author, action="draft.saved", target=form, path=path, after=entry, blinded="entry-1")


def _read(pk: int) -> None:
    read = Read.objects.get(pk=pk)
    Read.objects.filter(pk=pk).update(note=f"{SEALED}-NOTE", status="started")
    images.MeasurementFactory(read=read, lesion_label=f"{SEALED}-LESION")
    place = audit.place_of(read.imaging_study)
    told = {"label": f"{SEALED}-MEASURED"}
    audit.record(
        actor=read.reader,
        action="measurement.saved",
        target=read,
        place=place,
        after=told,
        blinded=read.stream,
    )
