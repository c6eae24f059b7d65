"""The words of the permission matrix: capabilities, who holds them, where they reach, who must be two."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from edc.models import ApiToken, FormInstance, Role, Stream
from edc.selectors.permission_matrix import SCOPED, SYSTEM, Difference

CAPABILITIES: dict[str, Promise] = {
    "view_subjects": gettext_lazy("See subjects and their schedule"),
    "enrol_subject": gettext_lazy("Enrol and randomise subjects"),
    "enter_data": gettext_lazy("Enter and correct forms"),
    "view_data": gettext_lazy("See reconciled values"),
    "resolve_disagreement": gettext_lazy("See both passes, resolve differences, code terms"),
    "raise_query": gettext_lazy("Raise and close queries"),
    "answer_query": gettext_lazy("Answer queries"),
    "verify_data": gettext_lazy("Verify source data"),
    "sign_form": gettext_lazy("Sign forms"),
    "lock_form": gettext_lazy("Freeze, lock and unlock"),
    "import_data": gettext_lazy("Import data"),
    "export_data": gettext_lazy("Take data out of the platform"),
    "fetch_archive": gettext_lazy("Take the archive of the site"),
    "upload_images": gettext_lazy("Upload images"),
    "view_images": gettext_lazy("See de-identified images"),
    "read_images": gettext_lazy("Read images blinded"),
    "adjudicate_reads": gettext_lazy("Adjudicate between reads"),
    "run_models": gettext_lazy("Start model runs"),
    "view_scores": gettext_lazy("See approved scores"),
    "review_scores": gettext_lazy("Accept or override scores"),
    "view_study_data": gettext_lazy("Open the study"),
    "manage_design": gettext_lazy("Build and publish designs and consent forms"),
    "manage_people": gettext_lazy("Keep accounts, grant and end roles"),
    "view_audit": gettext_lazy("Read the audit trail"),
    "freeze_data": gettext_lazy("Freeze the data as a snapshot"),
    "develop_models": gettext_lazy("Train, validate and register models"),
    "approve_models": gettext_lazy("Approve a model version"),
}
APPS: dict[str, Promise] = {
    "edc": gettext_lazy("Data of the study"),
    "imaging": gettext_lazy("Images"),
    "modeling": gettext_lazy("Models"),
}
SCOPES: dict[str, Promise] = {
    "site": pgettext_lazy("where a capability holds", "At the site"),
    "study": pgettext_lazy("where a capability holds", "In the study"),
}
RULES: dict[str, Promise] = {
    "allocation_list_by_two_people": gettext_lazy(
        "A list of allocations is put in force by another person than the one who uploaded it"
    ),
    "coding_by_two_people": gettext_lazy("A code is approved by another person than the one who gave it"),
    "consent_scan_erased_by_two_people": gettext_lazy(
        "A signed page is erased by another person than the one who withdrew it"
    ),
    "consent_version_by_two_people": gettext_lazy(
        "A consent form is published by another person than the one who uploaded it"
    ),
    "design_draft_by_two_people": gettext_lazy("A design is published by another person than who wrote it"),
    "draft_by_two_people": gettext_lazy("Nobody drafts two passes of a form"),
    "hold_request_by_two_people": gettext_lazy(
        "A site or the study is locked and unlocked by two people: one asks, another decides"
    ),
    "model_approved_by_another": gettext_lazy(
        "A model version is approved by another person than the one who registered it"
    ),
    "observation_by_two_people": gettext_lazy("Two passes, and two reads, are by two people"),
    "redaction_by_two_people": gettext_lazy(
        "Personal data are masked by another person than the one who asked"
    ),
    "specimen_destroyed_by_two": gettext_lazy("A specimen is destroyed by two people"),
    "study_founding_by_two_people": gettext_lazy("A new study is founded by two administrators"),
}
CHANGES: dict[str, Promise] = {
    "given": pgettext_lazy("change of a permission", "Given"),
    "taken": pgettext_lazy("change of a permission", "Taken"),
    "declared": gettext_lazy("Exists"),
    "app": gettext_lazy("Part of the platform"),
    "scope": gettext_lazy("Where it holds"),
    "reach": gettext_lazy("Streams and states"),
    "four_eyes": gettext_lazy("Two people"),
}


def capability_word(name: str) -> str:
    """Return the words of a capability; the code itself where it is one of an earlier release."""
    return str(CAPABILITIES.get(name, name))


def holder_word(holder: str) -> str:
    """Return the words of who holds a capability: a role, the system or a token of a scope."""
    if holder == SYSTEM:
        return _("The system's own work")
    if holder.startswith(SCOPED):
        return _("Token: %(scope)s") % {"scope": token_words([holder.removeprefix(SCOPED)])}
    return str(Role(holder).label) if holder in Role.values else holder


def token_words(scopes: Iterable[str]) -> str:
    """Return what tokens of these scopes are called, as one line."""
    return _(", ").join(_labels(ApiToken.Scope, scopes))


def reach_words(reach: Iterable[Mapping[str, list[str]]]) -> list[str]:
    """Return one line for each pair: the streams, and the states of the form in which they are open."""
    return [_line(each["streams"], each["states"]) for each in reach]


def _line(streams: list[str], states: list[str]) -> str:
    comma = _(", ")
    read = comma.join(_labels(Stream, streams))
    when = comma.join(_labels(FormInstance.Status, states))
    if read and when:
        return _("%(streams)s, while the form is: %(states)s") % {"streams": read, "states": when}
    return read or _("while the form is: %(states)s") % {"states": when}


def _labels(choices: Any, codes: Iterable[str]) -> list[str]:
    return [str(choices(code).label) if code in choices.values else code for code in codes]


def rule_words(rules: Iterable[str]) -> list[str]:
    """Return the sentence of each rule of two people."""
    return [str(RULES.get(name, name)) for name in rules]


def side_words(difference: Difference, value: Any) -> list[str]:
    """Return one side of a changed capability as lines."""
    if difference.what == "reach":
        return reach_words(value)
    if difference.what == "four_eyes":
        return rule_words(value)
    if isinstance(value, bool):
        return [_("Yes") if value else _("No")]
    return [str({**APPS, **SCOPES}.get(value, value))] if value is not None else []
