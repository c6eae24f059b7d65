"""The files of one study folder, as read."""

from dataclasses import dataclass, field

from edc.design.library import Entry
from edc.design.yaml_source import Source

LISTS = ("sites", "events", "eligibility", "rules", "imaging", "outcomes")


@dataclass
class StudyFiles:
    """``study.yaml`` and the sound elements of the list files."""

    study: Source
    sites: list[Entry]
    events: list[Entry]
    eligibility: list[Entry]
    rules: list[Entry]
    imaging: list[Entry]
    outcomes: list[Entry]
    cases: list[Entry] = field(default_factory=list)

    @property
    def uses(self) -> list[Entry]:
        return [Entry(use, self.study, ("uses", i)) for i, use in enumerate(self.study.data["uses"])]

    @property
    def whole(self) -> Entry:
        return Entry(self.study.data, self.study, ())
