"""A ForeignStudy as the files of a study design, with the list of what could not be carried, and why."""

from dataclasses import dataclass, field
from typing import Any

from edc.exchange.design_items import ItemWriter
from edc.exchange.foreign import ForeignEvent, ForeignForm, ForeignItem, ForeignStudy
from edc.exchange.naming import Unused, plain_name, text_of

_START = "STUDYSTART"


@dataclass
class DesignFiles:
    """The content of each file by its path in the study's folder, and the names for importing its data."""

    oid: str
    files: dict[str, Any] = field(default_factory=dict)
    mapping: dict[str, Any] = field(default_factory=dict)


def registration(oid: str) -> str:
    """Return the study's OID as the format wants it: a letter, then letters, digits and hyphens."""
    name = (
        "".join(each if each.isalnum() and each.isascii() else "-" for each in oid).strip("-")[:40].strip("-")
    )
    name = name if name[:1].isalpha() else f"S{name}"
    return (name[:1].upper() + name[1:]).ljust(3, "X")


def design_files(study: ForeignStudy, without: frozenset[tuple[str, str]] = frozenset()) -> DesignFiles:
    """Return the files; ``without`` are (item OID, key) of logic that the reader refused."""
    return _Writer(study, without).write()


class _Writer:
    def __init__(self, study: ForeignStudy, without: frozenset[tuple[str, str]]) -> None:
        self.study, self.without = study, without
        self.form_names: dict[str, str] = {}
        self.event_names: dict[str, str] = {}
        self.day = study.date if len(study.date) == 10 else "2000-01-01"

    def write(self) -> DesignFiles:
        made = DesignFiles(registration(self.study.oid))
        self._name_all()
        items = ItemWriter(self.study, self.form_names, self.event_names, self.without)
        forms = [form for form in self.study.forms if any(group.items for group in form.groups)]
        for form in self.study.forms:
            if form not in forms:
                self.study.lose(
                    form.oid, "表单没有项目，没有搬运", "The form has no items and is not carried."
                )
        written = [self._form(form, items) for form in forms]
        index, consent = (
            items.date_like("index", "enrol", "regist", "visit"),
            items.date_like("consent", "informed"),
        )
        if index is None or consent is None:
            written.append(self._start_form())
            index, consent = index or f"IT.{_START}.INDEXDAT", consent or f"IT.{_START}.ICDAT"
        made.files |= {f"forms/{each['oid'][3:]}.yaml": each for each in written}
        made.files["codelists.yaml"] = items.codelists
        made.files["institutions.yaml"] = self._institutions()
        made.files["study.yaml"] = self._study(made.oid, written, index, consent)
        made.files["sites.yaml"] = self._sites()
        made.files["events.yaml"] = self._events(written)
        made.files["rules.yaml"] = items.rules
        made.files |= {f"{name}.yaml": [] for name in ("eligibility", "imaging", "outcomes")}
        made.mapping = {
            "shape": "odm",
            "forms": {oid: f"FO.{name}" for oid, name in self.form_names.items()},
            "events": self._event_mapping(),
            "item_names": items.names,
            "values": items.values,
            "checkboxes": items.checkboxes,
            "subjects": "new_key",
        }
        self._account_of_unused(items)
        self._account_of_texts()
        return made

    def _name_all(self) -> None:
        forms, events = Unused(), Unused()
        forms.given.add(_START)
        for form in self.study.forms:
            self.form_names[form.oid] = forms.name(_short(form.oid, "Form.", "FO.", "F.", "F_", "IG."), 24)
        for event in self.study.events:
            self.event_names[event.oid] = events.name(_short(event.oid, "Event.", "SE."), 40)

    def _form(self, form: ForeignForm, items: ItemWriter) -> dict[str, Any]:
        name = self.form_names[form.oid]
        groups, given = [], Unused()
        for group in form.groups:
            if not group.items:
                continue
            suffix = given.name(group.oid.rpartition(".")[2] if "." in group.oid else group.oid, 24)
            groups.append(
                {
                    "oid": f"IG.{name}.{suffix}",
                    "name": text_of(group.labels, suffix),
                    "repeating": group.repeating,
                    "items": items.group(form, group),
                }
            )
        return {
            "oid": f"FO.{name}",
            "name": text_of(form.labels, name),
            "domain": "QS",
            "repeats": "form" if form.repeating else "event",
            "item_groups": groups,
        }

    def _start_form(self) -> dict[str, Any]:
        self.study.lose(
            f"FO.{_START}",
            "文件没有知情同意或起点日期；新增此表单，格式需要它们",
            "The file has no date of consent or of the start: this form was added, the format needs them.",
        )
        items = [
            {
                "oid": f"IT.{_START}.ICDAT",
                "name": "ICDAT",
                "label": {"zh": "知情同意日期", "en": "Date of consent"},
            },
            {
                "oid": f"IT.{_START}.INDEXDAT",
                "name": "INDEXDAT",
                "label": {"zh": "起点日期", "en": "Start date"},
            },
        ]
        return {
            "oid": f"FO.{_START}",
            "name": {"zh": "研究起点", "en": "Start of the study"},
            "domain": "DS",
            "repeats": "none",
            "item_groups": [
                {
                    "oid": f"IG.{_START}",
                    "name": {"zh": "研究起点", "en": "Start of the study"},
                    "repeating": False,
                    "items": [{**each, "type": "date"} for each in items],
                }
            ],
        }

    def _study(self, oid: str, forms: list[dict], index: str, consent: str) -> dict[str, Any]:
        title = text_of(self.study.labels, oid)
        self.study.lose(
            "study.yaml",
            "申办方、注册、伦理、招募日期和中心不在文件中：按文件日期填写，须由 PI 确认；录入方式设为双录",
            "Sponsor, registration, ethics, recruitment and sites are not in the file: filled with its date, "
            "to be confirmed by the PI; entry is set to double.",
        )
        prefix = plain_name(self.study.oid.rpartition(".")[2], 6).replace("_", "")
        return {
            "oid": oid,
            "code": oid[:20],
            "subject_prefix": prefix.ljust(2, "X")[:6],
            "short_title": {key: text[:60] for key, text in title.items()},
            "title": title,
            "sponsor": {"zh": "导入的文件未载明", "en": "Not stated in the imported file"},
            "registration": {"status": "retrospective", "date": self.day},
            "ethics": {"number": "not stated in the imported file", "date": self.day},
            "recruiting": {"from": self.day},
            "arms": [
                {"oid": "ARM.ALL", "name": {"zh": "全部受试者", "en": "All subjects"}, "target_n": None}
            ],
            "index_item": index,
            "consent_item": consent,
            "entry": {"default": "double"},
            "uses": [{"form": form["oid"]} for form in forms],
        }

    def _institutions(self) -> dict[str, Any]:
        names = self.study.sites or ["site"]
        return {
            f"imported_{number}": {"name": {"zh": name, "en": name}} for number, name in enumerate(names, 1)
        }

    def _sites(self) -> list[dict[str, Any]]:
        names = self.study.sites or ["Site"]
        return [
            {
                "oid": f"S{number:02d}",
                "institution": f"imported_{number}",
                "name": {"zh": name, "en": name},
                "principal": number == 1,
                "enrols": True,
            }
            for number, name in enumerate(names, 1)
        ]

    def _events(self, forms: list[dict]) -> list[dict[str, Any]]:
        known = {form["oid"] for form in forms}
        events = [self._event(event, known) for event in self.study.events]
        planned = {each["form"] for event in events for each in event["forms"]}
        left = [form["oid"] for form in forms if form["oid"] not in planned and form["oid"] != f"FO.{_START}"]
        if left:
            self.study.lose(
                ", ".join(left),
                "文件没有安排这些表单的访视；列入“未安排”访视",
                "The file plans these forms in no visit: they stand in the visit “Not planned”.",
            )
            events.append(_common("SE.NOTPLANNED", {"zh": "未安排", "en": "Not planned"}, left))
        if f"FO.{_START}" in known:
            start = _common("SE.STUDYSTART", {"zh": "研究起点", "en": "Start of the study"}, [f"FO.{_START}"])
            events.insert(0, start)
        return events

    def _event(self, event: ForeignEvent, known: set[str]) -> dict[str, Any]:
        oid = f"SE.{self.event_names[event.oid]}"
        forms, seen = [], set()
        for form_oid, mandatory in event.forms:
            form = f"FO.{self.form_names.get(form_oid, '')}"
            if form not in known or form in seen:
                self.study.lose(
                    f"{event.oid} {form_oid}",
                    "访视的表单重复或没有定义",
                    "A visit's form is not defined, or named twice.",
                )
                continue
            seen.add(form)
            forms.append({"form": form, "mandatory": mandatory})
        made = {"oid": oid, "name": text_of(event.labels, oid), **_timing(event), "forms": forms}
        if event.kind == "scheduled" and event.day is None:
            self.study.lose(
                event.oid,
                "文件没有计划日，访视改为不计日期",
                "The file gives no planned day: the visit has no window.",
            )
        return made

    def _event_mapping(self) -> dict[str, str]:
        found = {event.oid: f"SE.{self.event_names[event.oid]}" for event in self.study.events}
        for event in self.study.events:
            found |= {name: f"SE.{self.event_names[event.oid]}" for name in event.other_names}
        return found

    def _account_of_unused(self, items: ItemWriter) -> None:
        unused = sorted(
            oid for oid, codes in self.study.codelists.items() if codes and oid not in items.used_lists
        )
        if unused:
            shown = ", ".join(unused[:5])
            self.study.lose(
                shown,
                f"{len(unused)} 个代码表没有以代码表项目使用（是/否、复选框或未用），没有搬运",
                f"{len(unused)} codelists are not carried: of yes-or-no items, of single boxes, or unused.",
            )

    def _account_of_texts(self) -> None:
        items: list[ForeignItem] = [
            i for form in self.study.forms for group in form.groups for i in group.items
        ]
        without = sum(not any(language.startswith("zh") for language in each.labels) for each in items)
        if without:
            self.study.lose(
                "zh",
                f"{without} 个项目没有中文：用原文代替，待翻译",
                f"{without} items have no Chinese: the original stands for it, to be translated.",
            )


def _timing(event: ForeignEvent) -> dict[str, Any]:
    if event.kind == "unscheduled":
        return {"kind": "unscheduled"}
    repeats = {"repeats": True} if event.repeating else {}
    if event.kind == "scheduled" and event.day is not None:
        window = {"before": event.before, "after": event.after}
        return {"kind": "scheduled", "anchor": "index", "day": event.day, "window": window, **repeats}
    return {"kind": "common", **repeats}


def _common(oid: str, name: dict[str, str], forms: list[str]) -> dict[str, Any]:
    planned = [{"form": form, "mandatory": False} for form in forms]
    return {"oid": oid, "name": name, "kind": "common", "forms": planned}


def _short(oid: str, *prefixes: str) -> str:
    for prefix in prefixes:
        if oid.startswith(prefix) and len(oid) > len(prefix):
            return oid[len(prefix) :]
    return oid
