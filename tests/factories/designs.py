"""A small study design with every kind of item and a rule of each kind, made without files."""

from dataclasses import replace

from edc.design.items import (
    Code,
    CodeList,
    FilledBy,
    FormDef,
    Formula,
    ItemDef,
    ItemGroupDef,
    Limits,
    Text,
    UnitFactor,
)
from edc.design.protocol import (
    Arm,
    EligibilityRule,
    EntryPlan,
    Ethics,
    EventDef,
    EventForm,
    Institution,
    Period,
    Registration,
    RuleDef,
    SiteDef,
    Window,
)
from edc.design.study import StudyDesign


def text(english: str) -> Text:
    return Text(zh=f"{english}(中)", en=english)


def item(form: str, name: str, type: str, **more) -> ItemDef:
    return ItemDef(oid=f"IT.{form}.{name}", name=name, label=text(name), type=type, **more)


def form(name: str, *items: ItemDef, repeats: str = "event", rows: tuple[ItemDef, ...] = ()) -> FormDef:
    groups = [ItemGroupDef(f"IG.{name}", text(name), False, items)] if items else []
    if rows:
        groups.append(ItemGroupDef(f"IG.{name}ROW", text(f"{name} rows"), True, rows))
    return FormDef(f"FO.{name}", text(name), name[:2], repeats, tuple(groups))


def codelist(name: str, *codes: str) -> CodeList:
    return CodeList(f"CL.{name}", text(name), tuple(Code(code, f"{code}(中)", code) for code in codes))


CONSENT = form(
    "IC",
    item("IC", "ICTYPE", "code", codelist="CL.CONSTYPE", required="always"),
    item(
        "IC",
        "ICDAT",
        "date",
        required="conditional",
        required_when='ICTYPE == "SIGNED"',
        hard=Limits(max="today"),
    ),
    repeats="none",
)
ENROLMENT = form(
    "ENR",
    item("ENR", "ENRDAT", "date", required="always"),
    item("ENR", "COHORT", "code", codelist="CL.COHORT", required="always"),
    item("ENR", "INDEXDAT", "date", required="always"),
    repeats="none",
)
DEMOGRAPHY = form(
    "DM",
    item("DM", "SEX", "code", codelist="CL.SEX", required="always"),
    item("DM", "AGE", "integer", required="always", hard=Limits(min=0, max=120), soft=Limits(max=90)),
    item("DM", "BRTHDAT", "partial_date"),
    item("DM", "SMOKER", "yes_no"),
    item(
        "DM",
        "PACKYRS",
        "float",
        show_when='SMOKER == "Y"',
        required="conditional",
        required_when='SMOKER == "Y"',
    ),
    item("DM", "NOTE", "long_text"),
    repeats="none",
)
CHEMISTRY = form(
    "LBC",
    item("LBC", "LBDAT", "datetime"),
    item(
        "LBC", "BILI", "float", unit="umol/L", units=(UnitFactor("mg/dL", 17.1),), required="always",
        hard=Limits(min=0.1, max=1000), soft=Limits(min=1, max=500),
    ),
    item("LBC", "BILDIR", "float", unit="umol/L", units=(UnitFactor("mg/dL", 17.1),)),
    item("LBC", "ALB", "float", unit="g/L", units=(UnitFactor("g/dL", 10),), required="always"),
    item(
        "LBC", "ALBI", "derived", value_type="float", value="albi(BILI, ALB)", decimals=2,
        formula=Formula("ALBI", "2015"),
    ),
    item("LBC", "AGEYRS", "derived", value_type="float", value="DM.AGE + 0", formula=Formula("AGE", "1")),
    item(
        "LBC", "COUNTED", "derived", value_type="integer",
        filled_by=FilledBy("segmentation", text("Counted")),
    ),
)  # fmt: skip
TREATMENT = form(
    "TXS",
    item("TXS", "TXLINE", "integer"),
    rows=(
        item("TXS", "DRUG", "code", codelist="CL.DRUG", required="always"),
        item("TXS", "DOSE", "float", unit="mg", required="always"),
        item("TXS", "TXDAT", "date"),
        item("TXS", "PARTS", "multi", codelist="CL.DRUG"),
    ),
)  # fmt: skip
EVENT_REPORT = form("AE", item("AE", "AETERM", "text", required="always"), repeats="form")

SITES = (
    SiteDef("S01", "nanfang", text("Nanfang Hospital"), principal=True),
    SiteDef("S02", "wuxi", text("Wuxi People's Hospital")),
)
RULES = (
    RuleDef(
        "EC001", "hard", text("No data entry without a consent type"), form="FO.IC", items=("ICTYPE",),
        check='ICTYPE in ["SIGNED", "WAIVED", "BROAD"]',
    ),
    RuleDef(
        "EC069", "hard", text("Direct bilirubin exceeds total"), form="FO.LBC", items=("BILDIR",),
        check="BILDIR <= BILI",
    ),
    RuleDef(
        "EC901", "soft", text("Albumin is unusually low for this age"), form="FO.LBC", items=("ALB",),
        check="ALB >= 20 || DM.AGE > 80",
    ),
)  # fmt: skip
ELIGIBILITY = (
    EligibilityRule("I1", "inclusion", text("Consent was given"), rule='IC.ICTYPE == "SIGNED"'),
    EligibilityRule("I2", "inclusion", text("18 years or older"), rule="DM.AGE >= 18"),
    EligibilityRule("E1", "exclusion", text("Bilirubin above 51 umol/L"), rule="LBC.BILI > 51"),
)


def small_design(
    *, oid: str = "ChiCTR2600000001", entry: str | EntryPlan = "double", **changes
) -> StudyDesign:
    """Return the design: two sites, four visits, six forms, double entry unless told otherwise."""
    fields = {
        "oid": oid,
        "code": "T9",
        "subject_prefix": "T9",
        "short_title": text("Small study"),
        "title": text("A small study of everything"),
        "registration": Registration("prospective", "2026-01-01"),
        "ethics": Ethics("E-1", "2025-12-01"),
        "recruiting": Period("2026-01-01", "2028-12-31"),
        "arms": (Arm("ARM.TARGET", text("Target"), 600, "TARGET"),),
        "index_item": "IT.ENR.INDEXDAT",
        "consent_item": "IT.IC.ICDAT",
        "entry": EntryPlan(entry) if isinstance(entry, str) else entry,
        "forms": (CONSENT, ENROLMENT, DEMOGRAPHY, CHEMISTRY, TREATMENT, EVENT_REPORT),
        "codelists": (
            codelist("CONSTYPE", "SIGNED", "WAIVED", "BROAD", "NONE"),
            codelist("COHORT", "TARGET", "CONFUSABLE"),
            codelist("SEX", "M", "F"),
            codelist("DRUG", "ATEZO", "BEV", "LENV"),
        ),
        "sponsor": text("A foundation"),
        "sites": SITES,
        "institutions": (
            Institution("nanfang", text("Nanfang Hospital")),
            Institution("wuxi", text("Wuxi People's Hospital")),
        ),
        "events": _events(),
        "eligibility": ELIGIBILITY,
        "rules": RULES,
        "imaging": (),
        "outcomes": (),
    }
    # As read from text: the numbers of float fields are floats, so the hash is that of the stored design.
    return StudyDesign.from_json(StudyDesign(**(fields | changes)).to_json())


def _events() -> tuple[EventDef, ...]:
    def forms(*names: str) -> tuple[EventForm, ...]:
        return tuple(EventForm(f"FO.{name}", mandatory=True) for name in names)

    window = Window(7, 7)
    return (
        EventDef(
            "SE.SCREEN", text("Screening"), "scheduled", forms("IC", "ENR", "DM"), "enrolment", 0, window
        ),
        EventDef("SE.BASELINE", text("Baseline"), "scheduled", forms("LBC"), "index", -7, window),
        EventDef(
            "SE.CYCLE", text("Cycle"), "scheduled", forms("TXS", "LBC"), "index", 0, window, repeats=True,
            repeat_every_days=21, max_repeats=3,
        ),
        EventDef("SE.UNSCHED", text("Unscheduled visit"), "unscheduled", forms("LBC")),
        EventDef("SE.AE", text("Adverse events"), "common", (EventForm("FO.AE", mandatory=False),)),
    )  # fmt: skip


def design_with_new_formula(**changes) -> StudyDesign:
    """Return the small design with the ALBI formula in a later version that gives other values."""
    design = small_design(**changes)
    albi = design.item("IT.LBC.ALBI")
    later = replace(albi, value="albi(BILI, ALB) + 1", formula=Formula("ALBI", "2026"))
    forms = tuple(_with_item(form, later) for form in design.forms)
    return small_design(**{"forms": forms} | changes)


def _with_item(form: FormDef, item: ItemDef) -> FormDef:
    groups = tuple(
        replace(group, items=tuple(item if each.oid == item.oid else each for each in group.items))
        for group in form.item_groups
    )
    return replace(form, item_groups=groups)
