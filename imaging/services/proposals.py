"""What the bound images say about the imaging form's items, each with its source in words."""

from collections.abc import Iterable, Iterator
from datetime import date
from statistics import median

from django.utils.translation import gettext as _

from edc.design.items import ItemDef
from edc.extensions import ProposedValue
from edc.models import FormInstance, design_of
from imaging.models import ImagingStudy, Series
from imaging.quality.phases import DYNAMIC, recognise_contrast_agent

PHASE_OF_SEQUENCE = {sequence: phase for phase, sequence in reversed(DYNAMIC.items())}


def propose_values(form: FormInstance) -> list[ProposedValue]:
    """Return a value for each item of the imaging form that the headers of its series answer.

    Codes are of the study's codelists; what the headers do not say, or the form does not ask, is left out.
    Of several series the median number counts, and the first kernel, model and agent.
    """
    study = ImagingStudy.objects.filter(form=form).first()
    if study is None:
        return []
    series = list(study.series.order_by("pk"))
    items = design_of(form.design_version).form(form.form_oid).items_by_name
    found = _study_values(study, series) + (_series_values(series) if series else [])
    return [each for name, raw, source in found if (each := _proposal(form, items.get(name), raw, source))]


Answer = tuple[str, str | list[str] | None, str]


def _study_values(study: ImagingStudy, series: list[Series]) -> list[Answer]:
    acquired: date | None = study.acquired_on
    return [
        ("IMDAT", acquired.isoformat() if acquired else None, _("images, Study Date (0008,0020)")),
        ("IMMOD", study.modality, _("images, Modality (0008,0060)")),
        ("IMUID", study.study_instance_uid, _("images, Study Instance UID (0020,000D), pseudonymised")),
        ("IMNSER", str(len(series)) if series else None, _("images, count of series")),
    ]


def _series_values(series: list[Series]) -> list[Answer]:
    sequences = {each.phase for each in series if each.modality == "MR" and each.phase}
    phases = {PHASE_OF_SEQUENCE.get(each.phase, "") for each in series if each.modality == "MR"}
    phases |= {each.phase for each in series if each.modality != "MR"}
    told = _("images, Series Description (0008,103E) and times")
    agent = next(
        filter(None, (recognise_contrast_agent(_text(each, "contrast_agent")) for each in series)), None
    )

    def number(column: str) -> str | None:
        return _middle(getattr(each, column) for each in series)

    def fact(name: str) -> str | None:
        return _middle(each.facts.get(name) for each in series)

    return [
        ("IMPHASE", sorted(phases - {""}) or None, told),
        ("IMSEQ", sorted(sequences) or None, told),
        ("IMSL", number("slice_thickness_mm"), _tag(_("Slice Thickness"), "0018,0050")),
        ("IMSP", number("slice_spacing_mm"), _tag(_("Image Position"), "0020,0032")),
        ("IMPX", number("pixel_spacing_mm"), _tag(_("Pixel Spacing"), "0028,0030")),
        ("IMKVP", fact("kvp"), _tag("KVP", "0018,0060")),
        ("IMFS", fact("field_strength_t"), _tag(_("Field Strength"), "0018,0087")),
        ("IMKERN", _first(series, "kernel"), _tag(_("Convolution Kernel"), "0018,1210")),
        ("IMMANU", _first(series, "manufacturer_model"), _tag(_("Manufacturer"), "0008,0070")),
        ("IMCA", agent, _tag(_("Contrast Agent"), "0018,0010")),
    ]  # fmt: skip


def _tag(name: str, tag: str) -> str:
    return _("images, %(name)s (%(tag)s)") % {"name": name, "tag": tag}


def _text(series: Series, name: str) -> str:
    return str(series.facts.get(name) or "")


def _first(series: list[Series], name: str) -> str | None:
    return next(iter(_texts(series, name)), None)


def _texts(series: list[Series], name: str) -> Iterator[str]:
    return (text for each in series if (text := _text(each, name)))


def _middle(values: Iterable[float | None]) -> str | None:
    known = [float(value) for value in values if value is not None]
    return f"{round(median(known), 3):g}" if known else None


def _proposal(
    form: FormInstance, item: ItemDef | None, raw: str | list[str] | None, source: str
) -> ProposedValue | None:
    """Return the proposal, with codes of the item's own list only."""
    if item is None or not raw:
        return None
    codelist = design_of(form.design_version).codelist_of(item)
    if codelist is not None:
        known = [code for code in ([raw] if isinstance(raw, str) else raw) if code in codelist.codes]
        raw = known if isinstance(raw, list) else (known[0] if known else "")
    return ProposedValue(item.oid, raw, item.unit, source) if raw else None
