"""Examples of the services of design drafts, for `test_every_service_records.py`."""

from edc.design.editing import seal
from edc.design.items import Code
from edc.services import design_draft as drafts
from edc.services.design_draft.content import document_of
from tests.factories.design_drafts import relabelled


def begun(world):
    return drafts.start_draft(study=world.study, name="Amendment", actor=world.manager)


def changed(world):
    draft = begun(world)
    brought = drafts.Brought(relabelled(document_of(draft)), "amendment.xlsx")
    return drafts.replace_draft(draft=draft, brought=brought, revision=1, actor=world.manager)


def submitted(world):
    return drafts.submit_draft(draft=changed(world), text="Protocol 2.0", actor=world.manager)


def reworded(world):
    draft = begun(world)
    codelists = document_of(draft)["codelists"]
    codelists["CL.SEX"]["items"][0]["en"] += "."
    brought = drafts.Brought({"codelists": codelists}, "x")
    return drafts.replace_draft(draft=draft, brought=brought, revision=1, actor=world.manager)


DESIGNS = {
    "design_draft.start.start_draft": (None, lambda w, _: begun(w)),
    "design_draft.start.replace_draft": (None, lambda w, _: changed(w)),
    "design_draft.start.drop_draft": (
        begun,
        lambda w, draft: drafts.drop_draft(draft=draft, reason="Not needed", actor=w.manager),
    ),
    "design_draft.change.change_draft": (
        begun,
        lambda w, draft: drafts.change_draft(
            draft=draft, change=drafts.Change("move", ("forms", "FO.DM"), by=1), actor=w.manager
        ),
    ),
    "design_draft.change.change_together": (
        begun,
        lambda w, draft: drafts.change_together(
            draft=draft, changes=[drafts.Change("move", ("forms", "FO.DM"), by=1)], actor=w.manager
        ),
    ),
    "design_draft.change.explain_wording": (
        reworded,
        lambda w, draft: drafts.explain_wording(
            draft=draft, codelist="CL.SEX", code="M", reason="Full stop", actor=w.manager
        ),
    ),
    "design_draft.change.reword_code": (
        begun,
        lambda w, draft: drafts.reword_code(
            draft=draft,
            codelist="CL.SEX",
            seen=seal(document_of(draft)["codelists"]["CL.SEX"], ("codelists", "CL.SEX")),
            code=Code("M", "M(中)", "M."),
            reason="Full stop",
            actor=w.manager,
        ),
    ),
    "design_draft.review.submit_draft": (None, lambda w, _: submitted(w)),
    "design_draft.review.comment_on_draft": (
        begun,
        lambda w, draft: drafts.comment_on_draft(draft=draft, text="Why?", actor=w.manager),
    ),
    "design_draft.review.send_draft_back": (
        submitted,
        lambda w, draft: drafts.send_draft_back(draft=draft, text="Say why", actor=w.manager),
    ),
    "design_draft.review.publish_draft": (
        submitted,
        lambda w, draft: drafts.publish_draft(
            draft=draft, revision=draft.revision, text="Agreed", actor=w.member("rui", "data_manager")
        ),
    ),
}
