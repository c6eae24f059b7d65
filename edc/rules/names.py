"""What a name in a rule stands for."""

import difflib
import json
from abc import ABC, abstractmethod

from edc.rules.kinds import ANY, BOOL, DATE, NUMBER, ROW_FIELDS, TEXT, Kind, Namespace, list_of
from edc.rules.syntax import Literal, Name, Node, RuleSyntaxError, Select
from edc.rules.terms import OWN, Read, Translation, Typed, UnknownName, advice, fault, zh_name

_CONSTANTS = {"site": TEXT, "study": TEXT, "today": DATE}


class Names(ABC):
    """Translates names and literals; ``scope`` holds the variables of the macros around."""

    def __init__(self, namespace: Namespace) -> None:
        self.names = namespace
        self.scope: dict[str, Kind] = {}
        self.row_codes: list[str] = []
        self.result = Translation()

    def value(self, node: Node) -> Typed:
        """Translate a node whose value is needed."""
        typed = self.reference(node)
        if typed.read:
            self.result.reads.add(typed.read)
            if typed.read.scope in ("rows", "form.rows"):
                self.row_codes.append(typed.code)
        return typed

    @abstractmethod
    def reference(self, node: Node) -> Typed:
        """Translate a node without counting the item itself as needed."""

    def name(self, node: Name) -> Typed:
        if node.name in self.scope:
            return Typed(node.name, self.scope[node.name])
        own = self.names.own
        if own and own in self.names.forms and node.name in self.names.forms[own]:
            kind = self.names.forms[own][node.name]
            return Typed(f"{OWN}.{node.name}", kind, Read("own", own, node.name))
        if node.name in _CONSTANTS:
            self.result.names.add(node.name)
            return Typed(node.name, _CONSTANTS[node.name])
        if own in self.names.broken:
            return Typed(f"{OWN}.{node.name}", ANY)
        raise self.unknown(node, node.name, self.names.forms.get(own or "", {}))

    def unknown(self, node: Node, name: str, known: object) -> RuleSyntaxError:
        choices = [*known] if isinstance(known, dict) else []
        near = difflib.get_close_matches(name, choices, n=1)
        hint_zh, hint_en = (f",是否应为 {near[0]}?", f" Did you mean {near[0]}?") if near else ("", "")
        if name in self.names.forms:
            hint_zh, hint_en = f"，写 {name}.项目", f" Write {name}.ITEM."
        return UnknownName(
            node.column, f"没有名为 {name} 的项目{hint_zh}", f"There is no item named {name}.{hint_en}"
        )

    def select(self, node: Select) -> Typed:
        path = path_of(node)
        if path and path[0] not in self.scope:
            return self.dotted(node, path)
        target = self.value(node.target)
        if target.kind.name == "any":
            return Typed(f"{target.code}.{node.field}", ANY)
        if target.kind.name != "record":
            raise fault(
                node,
                f"{zh_name(target.kind)}没有 .{node.field}",
                f"A {target.kind.base} has no .{node.field}.",
            )
        return self.row_field(node, target)

    def row_field(self, node: Select, target: Typed) -> Typed:
        form = str(target.kind.form)
        kind = ROW_FIELDS.get(node.field) or self.item(node, form, node.field)
        scope = "form.rows" if target.kind.of_own_form else "rows"
        return Typed(f"{target.code}.{node.field}", kind, Read(scope, form, node.field))

    def item(self, node: Node, form: str, name: str) -> Kind:
        if form in self.names.broken:
            return ANY
        if name not in self.names.forms[form]:
            raise self.unknown(
                node, f"{form}.{name}", {f"{form}.{each}": 0 for each in self.names.forms[form]}
            )
        return self.names.forms[form][name]

    def dotted(self, node: Select, path: tuple[str, ...]) -> Typed:
        if path[0] == "rows" and len(path) == 2:
            return self.rows(node, path[1])
        if path == ("form", "rows") and self.names.own:
            self.result.reads.add(Read("form.rows", self.names.own, "", needed=False))
            return Typed("form.rows", list_of(Kind("record", form=self.names.own, of_own_form=True)))
        if path[0] == "settings" and len(path) == 2:
            return self.setting(node, path[1])
        if path[0] == "at" and len(path) == 4:
            return self.at_event(node, path)
        if len(path) == 2:
            return self.latest(node, *path)
        raise fault(
            node,
            f"看不懂 {'.'.join(path)}",
            f"{'.'.join(path)} is none of FORM.ITEM, rows.FORM, at.EVENT.FORM.ITEM.",
        )

    def known_form(self, node: Node, form: str) -> None:
        if form not in self.names.forms and form not in self.names.broken:
            near = difflib.get_close_matches(form, self.names.forms, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UnknownName(node.column, f"本研究没有表单 {form}", f"The study has no form {form}.{hint}")

    def rows(self, node: Select, form: str) -> Typed:
        self.known_form(node, form)
        self.result.reads.add(Read("rows", form, "", needed=False))
        return Typed(f"rows.{form}", list_of(Kind("record", form=form)))

    def setting(self, node: Select, name: str) -> Typed:
        if name not in self.names.settings:
            raise fault(node, f"study.yaml 的 settings 没有 {name}", f"settings in study.yaml has no {name}.")
        return self.literal(Literal(self.names.settings[name], node.column))

    def at_event(self, node: Select, path: tuple[str, ...]) -> Typed:
        event, form, name = path[1:]
        self.known_form(node, form)
        if form not in self.names.events.get(event, {form} if form in self.names.broken else ()):
            raise fault(
                node,
                f"没有访视 {event}，或其中没有 {form}",
                f"There is no event {event} with the form {form}.",
            )
        kind = self.single_item(node, form, name)
        return Typed(".".join(path), kind, Read("at", form, name, event))

    def latest(self, node: Select, form: str, name: str) -> Typed:
        self.known_form(node, form)
        return Typed(f"{form}.{name}", self.single_item(node, form, name), Read("latest", form, name))

    def single_item(self, node: Node, form: str, name: str) -> Kind:
        kind = self.item(node, form, name)
        if name in self.names.repeating.get(form, ()):
            raise fault(
                node, f"{form}.{name} 有多行，写 rows.{form}", f"{form}.{name} has rows: write rows.{form}."
            )
        return kind

    def literal(self, node: Literal) -> Typed:
        if isinstance(node.value, bool):
            return Typed(json.dumps(node.value), BOOL)
        if isinstance(node.value, float):
            return Typed(repr(node.value), NUMBER)
        return Typed(json.dumps(node.value, ensure_ascii=False), Kind("text", codes=frozenset({node.value})))

    def must_fit(self, node: Node, kind: Kind, wanted: Kind) -> None:
        if not kind.fits(wanted):
            zh = f"此处须为{zh_name(wanted)}，却是{zh_name(kind)}"
            raise fault(
                node, zh, f"A {wanted.base} is needed here, this is a {kind.base}.{advice(kind, wanted)}"
            )


def path_of(node: Node) -> tuple[str, ...]:
    """Return the names of a chain ``a.b.c``, empty when it does not start with a bare name."""
    if isinstance(node, Name):
        return (node.name,)
    if isinstance(node, Select):
        inner = path_of(node.target)
        return (*inner, node.field) if inner else ()
    return ()
