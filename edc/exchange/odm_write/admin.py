"""The people, places and meanings of signatures that the clinical data refer to."""

from collections.abc import Mapping
from dataclasses import dataclass

from edc.exchange.odm_write import names
from edc.exchange.odm_write.xml_text import XmlFile


@dataclass(frozen=True)
class Person:
    """Somebody whom an audit record or a signature names."""

    username: str
    name: str
    role: str
    site: str = ""


@dataclass(frozen=True)
class Place:
    """A site, with its name."""

    oid: str
    name: str


@dataclass(frozen=True)
class Meaning:
    """What a signature says, in words."""

    code: str
    words: str


@dataclass(frozen=True)
class AdminData:
    """Everything under AdminData; `effective` maps design numbers to the day they came into force."""

    study_oid: str
    people: tuple[Person, ...]
    places: tuple[Place, ...]
    meanings: tuple[Meaning, ...]
    effective: Mapping[int, str]


# Where an act has no site of its own: the platform itself.
PLATFORM = Place("PLATFORM", "Tandem")
_USER_TYPES = {
    "investigator": "Investigator",
    "crc": "Investigator",
    "data_manager": "Sponsor",
    "monitor": "Sponsor",
}


def write_admin(xml: XmlFile, admin: AdminData) -> None:
    """Write AdminData: users, locations, signature definitions."""
    with xml.inside("AdminData", StudyOID=admin.study_oid):
        for person in admin.people:
            _write_person(xml, person)
        for place in (*admin.places, PLATFORM):
            kind = "Site" if place is not PLATFORM else "Other"
            about = {"OID": names.location_oid(place.oid), "Name": place.name, "LocationType": kind}
            with xml.inside("Location", **about):
                _write_effective(xml, admin)
        for meaning in admin.meanings:
            with xml.inside("SignatureDef", OID=names.meaning_oid(meaning.code), Methodology="Electronic"):
                xml.leaf("Meaning", meaning.words)
                xml.leaf("LegalReason", meaning.words)


def _write_person(xml: XmlFile, person: Person) -> None:
    kind = _USER_TYPES.get(person.role, "Other")
    with xml.inside("User", OID=names.user_oid(person.username), UserType=kind):
        xml.leaf("LoginName", person.username)
        xml.leaf("FullName", person.name or person.username)
        if person.site:
            xml.empty("LocationRef", LocationOID=names.location_oid(person.site))


def _write_effective(xml: XmlFile, admin: AdminData) -> None:
    for number, day in sorted(admin.effective.items()):
        oid = names.metadata_oid(number)
        xml.empty("MetaDataVersionRef", StudyOID=admin.study_oid, MetaDataVersionOID=oid, EffectiveDate=day)
