"""The sheets of a design workbook: which column holds which key of which element."""

from dataclasses import dataclass

from edc.design.items import Text


@dataclass(frozen=True)
class Column:
    """One column: its head, the keys down to the value in the element, and how the value is written.

    ``kind`` is text, whole, number, flag (TRUE or FALSE), list (values separated by ``; ``), limit (a number,
    a day or ``today``), units (``mg/dL = 17.1; degF = 0.5556 + -17.78``) or json.
    """

    head: str
    path: tuple[str, ...]
    kind: str = "text"

    @property
    def dotted(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class Sheet:
    """One sheet: the part of the document, the columns that say where a row belongs, the columns of the row.

    ``keys`` name the columns that come first; they hold the OIDs of what the row stands in, or its own key.
    """

    name: str
    part: str
    columns: tuple[Column, ...]
    about: Text
    keys: tuple[str, ...] = ()

    @property
    def heads(self) -> tuple[str, ...]:
        return (*self.keys, *(each.head for each in self.columns))


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(f"{each}.{tongue}", (each, tongue)) for each in names for tongue in ("zh", "en"))


def _plain(kind: str, *names: str) -> tuple[Column, ...]:
    return tuple(Column(each, (each,), kind) for each in names)


_OID = _plain("text", "oid")
_DECISION = (Column("decision.oddity", ("decision", "oddity")),) + tuple(
    Column(f"decision.default.{tongue}", ("decision", "default", tongue)) for tongue in ("zh", "en")
)
_ITEM = (
    *_OID, *_plain("text", "name", "type"), *_texts("label", "hint"), *_plain("text", "value_type", "unit"),
    *_plain("units", "units"), *_plain("flag", "fixed_unit"),
    *_plain("text", "codelist", "required", "required_when", "show_when"),
    *(Column(f"{key}.{end}", (key, end), "limit") for key in ("hard", "soft") for end in ("min", "max")),
    *_plain("text", "pattern"), *_plain("whole", "max_length"), *_plain("text", "value"),
    Column("formula.name", ("formula", "name")), Column("formula.version", ("formula", "version")),
    *_plain("whole", "decimals"), Column("filled_by.source", ("filled_by", "source")),
    *(Column(f"filled_by.how.{tongue}", ("filled_by", "how", tongue)) for tongue in ("zh", "en")),
    *_plain("flag", "read_only", "critical"), *_plain("text", "standard", "identifying", "registered_check"),
)  # fmt: skip

STUDY = Sheet(
    "Study", "study", (), Text("研究本身：每行一个键和值", "The study itself: a key and its value a row"),
    ("key", "value"),
)  # fmt: skip
FORMS = Sheet(
    "Forms", "forms", (*_OID, *_texts("name"), *_plain("text", "domain", "repeats"), *_texts("note")),
    Text("表单，按菜单顺序", "Forms, in the order of the menu"),
)  # fmt: skip
GROUPS = Sheet(
    "Groups", "forms", (*_OID, *_texts("name"), *_plain("flag", "repeating")),
    Text("项目组，按表单中的顺序", "Item groups, in their order in the form"), ("form",),
)  # fmt: skip
ITEMS = Sheet(
    "Items", "forms", _ITEM, Text("项目，按项目组中的顺序", "Items, in their order in the group"),
    ("form", "group"),
)  # fmt: skip
CODELISTS = Sheet(
    "Codelists", "codelists", (*_texts("name"), *_plain("text", "external")),
    Text("代码表", "Codelists"), ("oid",),
)  # fmt: skip
CODES = Sheet(
    "Codes", "codelists",
    (*_plain("text", "code", "zh", "en"), *_plain("flag", "retired"), *_plain("list", "synonyms")),
    Text("代码；已发布的代码只能停用", "Codes; one that was published can only be retired"), ("codelist",),
)  # fmt: skip
VISITS = Sheet(
    "Visits", "events",
    (
        *_OID, *_texts("name"), *_plain("text", "kind", "anchor"), *_plain("whole", "day"),
        Column("window.before", ("window", "before"), "whole"),
        Column("window.after", ("window", "after"), "whole"),
        *_plain("flag", "repeats"), *_plain("whole", "repeat_every_days", "max_repeats"), *_texts("note"),
        *_DECISION,
    ),
    Text("访视，按时间顺序", "Visits, in time order"),
)  # fmt: skip
VISIT_FORMS = Sheet(
    "Visit forms", "events",
    (*_plain("text", "form"), *_plain("flag", "mandatory"), *_plain("text", "entry")),
    Text("每次访视的表单", "The forms of each visit"), ("visit",),
)  # fmt: skip
ARMS = Sheet(
    "Arms", "study", (*_OID, *_texts("name"), *_plain("whole", "target_n"), *_plain("text", "cohort")),
    Text("组别", "Arms"),
)  # fmt: skip
DECISIONS = Sheet(
    "Decisions", "study",
    (*_plain("text", "oddity"), *_texts("text", "default"), *_plain("text", "decided_by")),
    Text("注册资料的疑点与默认处理", "Oddities of the registration and the defaults shipped"),
)  # fmt: skip
LISTS = (
    Sheet(
        "Eligibility", "eligibility",
        (*_OID, *_plain("text", "category"), *_texts("text"), *_plain("text", "rule", "applies_when"),
         *_plain("flag", "provisional"), *_DECISION),
        Text("入排标准", "Eligibility criteria"),
    ),
    Sheet(
        "Rules", "rules",
        (*_OID, *_plain("text", "severity", "form"), *_plain("list", "items"),
         *_plain("text", "check", "when"), *_texts("message"), *_plain("text", "platform", "registered"),
         *_DECISION),
        Text("核查规则", "Edit checks"),
    ),
    Sheet(
        "Imaging", "imaging",
        (*_OID, *_texts("name"), *_plain("text", "form", "event", "modality"), *_plain("flag", "required"),
         *_plain("list", "phases", "sequences"), *_plain("whole", "min_sequences"),
         *_plain("json", "slice_thickness_max_mm"),
         *_plain("number", "field_strength_min_t", "field_strength_exact_t"),
         Column("window.anchor", ("window", "anchor")),
         *(Column(f"window.{each}", ("window", each), "whole") for each in ("from_day", "to_day")),
         *_plain("text", "alternative_of"),
         *_texts("note"), *_DECISION),
        Text("影像方案", "The imaging protocol"),
    ),
    Sheet(
        "Outcomes", "outcomes",
        (*_OID, *_plain("text", "kind"), *_texts("name", "definition", "timepoint", "method"), *_DECISION),
        Text("结局指标", "Outcomes"),
    ),
    Sheet(
        "Sites", "sites",
        (*_OID, *_plain("text", "institution"), *_texts("name"), *_plain("flag", "principal", "enrols")),
        Text("中心", "Sites"),
    ),
    Sheet(
        "Cases", "cases",
        (*_plain("text", "check", "criterion", "says"), *_plain("json", "filled", "others"),
         *_plain("text", "today"), *_texts("note")),
        Text("规则的测试用例（记录写成 JSON）", "Cases of the rules; their records are JSON"),
    ),
)  # fmt: skip
INSTITUTIONS = Sheet(
    "Institutions", "institutions",
    (*_texts("name"), *_plain("json", "aliases"), *_plain("text", "country"), *_texts("province", "city"),
     *_plain("text", "level"), *_texts("note")),
    Text("机构", "Institutions"), ("key",),
)  # fmt: skip
ALL = (
    STUDY, FORMS, GROUPS, ITEMS, CODELISTS, CODES, VISITS, VISIT_FORMS, *LISTS, INSTITUTIONS, ARMS, DECISIONS,
)  # fmt: skip
