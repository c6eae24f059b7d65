"""The form records held by drafts and sealed observations; callers decide who may read them."""

from edc.models import Draft, FormInstance, Observation, Stream

HOLDING = (Stream.ADJUDICATED, Stream.ENTRY_1, Stream.IMPORT)


def sealed(form: FormInstance, stream: str) -> Observation | None:
    """Return the latest sealed record of a stream, None before it is sealed."""
    return form.observations.filter(stream=stream).order_by("-revision").first()


def record_of(draft: Draft) -> dict:
    """Return the form record of a draft: items by path, row keys by item group."""
    return {"items": {item.path: item.entry for item in draft.items.all()}, "rows": dict(draft.rows)}


def current_record(form: FormInstance) -> dict:
    """Return the record that holds for a completed form: the last of those that can complete one.

    An adjudicated record comes after the passes it settles; after an undone import a form may be entered
    anew.
    """
    holding = form.observations.filter(stream__in=HOLDING).order_by("-pk").first()
    if holding is None:
        return {"items": {}, "rows": {}}
    return {"items": dict(holding.content["items"]), "rows": dict(holding.content["rows"])}


def held_record(form: FormInstance) -> dict:
    """Return the record that holds without the items that have no value: what logic hid stays away."""
    record = current_record(form)
    held = {value.path for value in form.values.all()}
    return {
        "items": {path: each for path, each in record["items"].items() if path in held},
        "rows": record["rows"],
    }
