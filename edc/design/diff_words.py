"""The differences between two designs in Chinese and English words."""

from edc.design.diff import DesignChange
from edc.design.items import Text

THINGS = {
    "study": Text("研究", "Study"),
    "arms": Text("组别", "Arm"),
    "sites": Text("中心", "Site"),
    "institutions": Text("机构", "Institution"),
    "imaging": Text("影像方案", "Imaging protocol"),
    "outcomes": Text("结局指标", "Outcome"),
    "event": Text("访视", "Visit"),
    "visit_form": Text("访视中的表单", "Form of a visit"),
    "form": Text("表单", "Form"),
    "group": Text("项目组", "Item group"),
    "item": Text("项目", "Item"),
    "codelist": Text("代码表", "Codelist"),
    "code": Text("代码", "Code"),
    "rule": Text("核查规则", "Edit check"),
    "criterion": Text("入排标准", "Criterion"),
}
KINDS = {
    "added": Text("新增", "added"),
    "removed": Text("删除", "removed"),
    "moved": Text("移到别的项目组", "moved to another group"),
    "reordered": Text("项目顺序改变", "items in another order"),
    "retired": Text("停用（旧数据仍可读）", "retired (old data stay readable)"),
    "restored": Text("恢复使用", "in use again"),
    "synonyms": Text("同义词改变", "other synonyms"),
    "text": Text("文字改变", "other wording"),
    "type": Text("数据类型改变", "other data type"),
    "unit": Text("单位改变", "other unit"),
    "range": Text("取值范围改变", "other range"),
    "required": Text("必填要求改变", "required otherwise"),
    "shown": Text("显示条件改变", "shown under another condition"),
    "formula": Text("计算公式改变", "other formula"),
    "codelist": Text("换了代码表", "other codelist"),
    "handling": Text("处理方式改变", "handled otherwise"),
    "repeating": Text("重复方式改变", "repeats otherwise"),
    "check": Text("核查条件改变", "other condition"),
    "severity": Text("核查级别改变", "other severity"),
    "window": Text("计划日或时间窗改变", "other planned day or window"),
    "forms": Text("必填或录入方式改变", "mandatory or entered otherwise"),
    "value": Text("内容改变", "other content"),
}
WEIGHTS = {
    0: Text("不影响数据", "data stay"),
    1: Text("影响访视计划", "schedule"),
    2: Text("影响核查", "checks"),
    3: Text("影响数据", "values"),
}


def words_of(change: DesignChange) -> Text:
    """Return the change as one sentence: the thing, its name and OID, what happened, from what to what."""
    thing, kind = THINGS[change.about], KINDS[change.kind]
    zh = f"{thing.zh}“{change.name.zh}”（{change.oid}）：{kind.zh}"
    en = f"{thing.en} “{change.name.en}” ({change.oid}): {kind.en}"
    if change.before or change.after:
        before, after = change.before or Text("无", "none"), change.after or Text("无", "none")
        zh, en = f"{zh}，{before.zh} → {after.zh}", f"{en}, {before.en} → {after.en}"
    return Text(zh, en)
