"""The queries of one item in the panel beside a form, with the turns that the reader may take."""

from edc import access
from edc.models import FormInstance, Query, User
from edc.selectors import queries_visible_to
from edc.selectors.standard_texts import standard_texts
from edc.services.query import turns_open_to
from edc.web.queries import SHAPES, TURN_WORDS


def panel_queries(form: FormInstance, path: str, actor: User) -> dict[str, object]:
    """Return the context of `edc/form_entry_panel_queries.html`."""
    found = queries_visible_to(actor).filter(form=form, path=path).prefetch_related("messages__author")
    may_ask = (
        form.status in FormInstance.FINAL
        and form.status != FormInstance.Status.LOCKED
        and access.may(actor, "raise_query", site=form.subject.site)
    )
    return {
        "queries": [_line(query, actor) for query in found],
        "open_queries": sum(query.state in Query.UNSETTLED for query in found),
        "may_ask": may_ask,
        "sentences": standard_texts(form.subject.study, "query") if may_ask else [],
        "answer_types": Query.AnswerType.choices,
    }


def _line(query: Query, actor: User) -> dict[str, object]:
    turns = turns_open_to(query, actor)
    return {
        "query": query,
        "shape": SHAPES[Query.State(query.state)],
        "turns": [(name, TURN_WORDS[name]) for name in turns],
        "answers": "answer" in turns,
    }
