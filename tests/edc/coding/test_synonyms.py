"""Synonyms of a study: a file checked, its faults told, the very same file put in force, codes by it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from edc.models import AuditEvent, Coding, Dictionary, Synonym, SynonymFile
from edc.services.coding import auto_code
from edc.services.data_import import files
from tests.edc.web.entry_door import browser
from tests.factories.coding import CodedItemFactory, DictionaryFactory, DictionaryTermFactory

NOTE = "IT.DM.NOTE"


@pytest.fixture(autouse=True)
def _store_of_the_test(tmp_path, settings):
    settings.ARTIFACT_DIR = tmp_path


@pytest.fixture
def meg(member):
    return member("meg", "data_manager")


@pytest.fixture
def dictionary(study):
    made = DictionaryFactory(study=study, version="1.0")
    for code, current in (("90001", True), ("90003", True), ("90004", False)):
        DictionaryTermFactory(dictionary=made, code=code, en=f"Term {code}", key_en="", current=current)
    return made


def check(meg, dictionary, *lines, name="words.csv"):
    content = "\n".join(["words,code", *lines]).encode()
    sent = {"dictionary": dictionary.pk, "file": SimpleUploadedFile(name, content)}
    return browser(meg).post(reverse("synonyms"), sent)


def commit(meg, file):
    return browser(meg).post(reverse("synonyms-commit", args=[file.pk]))


def in_force():
    return dict(Synonym.objects.filter(ended_at=None).values_list("words", "code"))


def test_a_file_is_checked_then_committed_and_codes(meg, dictionary, study, complete):
    CodedItemFactory(dictionary=dictionary, item_oid=NOTE)
    complete("FO.DM", NOTE="Ｈead  Ache")
    answer = check(meg, dictionary, "head ache,90001", "头疼,90001")
    file = SynonymFile.objects.get()
    assert (answer.status_code, file.counts, in_force()) == (302, {"new": 2}, {})
    assert auto_code(study=study, actor=meg) == []

    assert commit(meg, file).status_code == 302

    assert in_force() == {"head ache": "90001", "头疼": "90001"}
    assert [each.done for each in auto_code(study=study, actor=meg)] == [True]
    held = Coding.objects.get()
    assert (held.term.code, held.method, held.approved_at) == ("90001", "synonym", None)
    events = AuditEvent.objects.filter(action__startswith="synonyms.").order_by("pk")
    assert [(each.action, each.after["sha256"]) for each in events] == [
        ("synonyms.checked", file.sha256),
        ("synonyms.committed", file.sha256),
    ]


def test_every_faulty_line_is_named_and_keeps_the_file_out(meg, dictionary):
    check(meg, dictionary, "a,1", "b,90004", ",90001", "c,90001", "C,90003", "d,90003")
    file = SynonymFile.objects.get()
    assert file.counts == {"unknown": 1, "retired": 1, "empty": 1, "new": 2, "twice": 1}
    assert [line for line, *_rest, outcome, _before in file.findings if outcome != "new"] == [2, 3, 4, 6]
    page = browser(meg).get(reverse("synonym-file", args=[file.pk])).content.decode()
    assert "The dictionary has no such code" in page
    assert "Put the synonyms in force" not in page
    assert (commit(meg, file).status_code, in_force()) == (409, {})


def test_another_code_ends_the_one_before_and_an_equal_one_stays(meg, dictionary):
    check(meg, dictionary, "a,90001", "b,90001")
    commit(meg, SynonymFile.objects.get())
    check(meg, dictionary, "a,90003", "b,90001", "c,90001")
    file = SynonymFile.objects.first()
    assert file.counts == {"changed": 1, "same": 1, "new": 1}
    commit(meg, file)
    assert in_force() == {"a": "90003", "b": "90001", "c": "90001"}
    assert Synonym.objects.count() == 4


def test_what_changed_since_the_check_or_another_file_is_refused(meg, dictionary):
    check(meg, dictionary, "a,90001", name="first.csv")
    check(meg, dictionary, "a,90003", name="second.csv")
    second, first = SynonymFile.objects.all()
    commit(meg, first)
    assert commit(meg, second).status_code == 409
    (files.folder() / second.sha256).write_bytes(b"words,code\na,90001\n")
    assert commit(meg, second).status_code == 404
    assert in_force() == {"a": "90001"}


def test_a_file_that_is_given_up_is_never_committed(meg, dictionary):
    check(meg, dictionary, "a,90001")
    file = SynonymFile.objects.get()
    assert browser(meg).post(reverse("synonyms-discard", args=[file.pk])).status_code == 302
    assert (commit(meg, file).status_code, in_force()) == (409, {})


def test_what_is_no_table_of_words_is_not_kept(meg, dictionary):
    sent = {"dictionary": dictionary.pk, "file": SimpleUploadedFile("a.csv", b"verbatim,term\nx,1\n")}
    answer = browser(meg).post(reverse("synonyms"), sent)
    assert answer.status_code == 422
    assert "words, code" in answer.content.decode()
    assert list(files.folder().iterdir()) == []
    assert not SynonymFile.objects.exists()


def test_words_whose_form_to_compare_is_too_long_are_a_fault(meg, dictionary):
    check(meg, dictionary, f"{'㎎' * 200},90001")
    assert SynonymFile.objects.get().counts == {"long": 1}


def test_a_dictionary_of_no_known_kind_has_no_synonyms(meg, study):
    other = DictionaryFactory(study=study, kind=Dictionary.Kind.OTHER, version="LOCAL-A")
    DictionaryTermFactory(dictionary=other, code="12")
    assert check(meg, other, "a,12").status_code == 409
    assert not SynonymFile.objects.exists()


def test_who_keeps_no_dictionaries_sees_none(member, dictionary, meg):
    check(meg, dictionary, "a,90001")
    file = SynonymFile.objects.get()
    ivy = member("ivy", "investigator")
    assert browser(ivy).get(reverse("synonyms")).status_code == 403
    assert browser(ivy).get(reverse("synonym-file", args=[file.pk])).status_code == 404
    assert commit(ivy, file).status_code == 404
