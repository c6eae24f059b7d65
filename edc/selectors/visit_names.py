"""What visits are called: by name and occurrence, unscheduled ones by the visit they came after."""

from edc.design.study import StudyDesign
from edc.models import StudyEvent
from edc.selectors.evaluation import in_language


def visit_number(design: StudyDesign, event: StudyEvent) -> str:
    """Return the place of a visit in the schedule: 2, the third occurrence of a repeating one 3-3.

    An unscheduled visit has the number that it was given when it was added: 2.1 came after visit 2.
    Empty for what has no place.
    """
    if event.number or not design.has_event(event.event_oid):
        return event.number
    scheduled = [each for each in design.events if each.kind == "scheduled"]
    definition = design.event(event.event_oid)
    if definition not in scheduled:
        return ""
    place = scheduled.index(definition) + 1
    return f"{place}-{event.repeat_key}" if definition.repeats else str(place)


def visit_name(design: StudyDesign, event: StudyEvent, *, always: bool = False) -> str:
    """Return the visit's name in the reader's language, with its number where there may be several.

    The first occurrence of a repeating visit has its number only with `always`.
    """
    definition = design.event(event.event_oid)
    name = in_language(definition.name)
    if event.number:
        return f"{name} {event.number}"
    is_numbered = event.repeat_key > 1 or (always and definition.repeats)
    return f"{name} {event.repeat_key}" if is_numbered else name
