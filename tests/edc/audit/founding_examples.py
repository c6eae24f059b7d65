"""Examples of the services that found a study, for `test_every_service_records.py`."""

from edc import audit
from edc.design.founding import NewSite, facts_of
from edc.design.whole import written
from edc.services import founding as service
from tests.factories.designs import small_design


def begun(world):
    document = written(small_design())
    document["study"]["oid"] = "ChiCTR2600000099"
    return service.begin_founding(
        file_name="a.xml", file_sha256="0" * 64, document=document, account={"carried": {}}, actor=world.head
    )


def submitted(world):
    return service.submit_founding(founding=begun(world), text="Protocol 1.0", actor=world.head)


def facts(world, founding):
    found = facts_of(written(small_design())) | {"oid": "ChiCTR2600000099"}
    return service.complete_founding(
        founding=founding, facts=found, sites=[NewSite("一", "One")], actor=world.head
    )


FOUNDINGS = {
    "founding.begin_founding": (None, lambda w, _: begun(w)),
    "founding.complete_founding": (begun, facts),
    "founding.submit_founding": (None, lambda w, _: submitted(w)),
    "founding.send_founding_back": (
        submitted,
        lambda w, made: service.send_founding_back(founding=made, text="Say why", actor=w.head),
    ),
    "founding.drop_founding": (
        begun,
        lambda w, made: service.drop_founding(founding=made, text="Not needed", actor=w.head),
    ),
    "founding.publish_founding": (
        submitted,
        lambda w, made: service.publish_founding(
            founding=made,
            seen=audit.digest(made.content),
            text="Agreed",
            actor=w.member("ann", "administrator"),
        ),
    ),
}
