"""The queries that edit checks ask: opened and closed by the checks themselves."""

from collections.abc import Sequence

from django.db import transaction

from edc.models import FormInstance, Query
from edc.rules.form_logic import Flag
from edc.services.query.system import (
    OPEN_STATES,
    raise_system_query,
    settle_system_query,
    settled_text,
)


@transaction.atomic
def sync_check_queries(*, form: FormInstance, flags: Sequence[Flag]) -> None:
    """Make the form's open edit-check queries those of these flags: new ones opened, settled ones closed.

    Silent checks ask nobody. A flag on several items is one query, at the first of them.
    """
    wanted = {(flag.path, flag.rule_oid): flag for flag in flags if flag.severity != "silent"}
    held = form.queries.filter(origin=Query.Origin.EDIT_CHECK, state__in=OPEN_STATES)
    for path, rule_oid in held.values_list("path", "rule_oid"):
        if (path, rule_oid) not in wanted:
            settle_system_query(form=form, path=path, rule_oid=rule_oid, text=settled_text())
    for (path, rule_oid), flag in wanted.items():
        raise_system_query(
            form=form,
            path=path,
            rule_oid=rule_oid,
            text_zh=flag.message.zh,
            text_en=flag.message.en,
            origin=Query.Origin.EDIT_CHECK,
        )
