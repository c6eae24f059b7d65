"""Page routes of medical coding."""

from django.urls import URLPattern, path

from edc.web import coding, dictionaries, synonyms

urlpatterns: list[URLPattern] = [
    path("coding/", coding.coding, name="coding"),
    path("coding/auto/", coding.auto, name="coding-auto"),
    path("coding/approve/", coding.approve, name="coding-approve"),
    path("coding/values/<int:pk>/terms/", coding.terms, name="coding-terms"),
    path("coding/values/<int:pk>/code/", coding.code, name="coding-code"),
    path("coding/values/<int:pk>/ask/", coding.ask, name="coding-ask"),
    path("coding/<int:pk>/back/", coding.send_back, name="coding-back"),
    path("coding/dictionaries/", dictionaries.dictionaries, name="dictionaries"),
    path("coding/dictionaries/load/", dictionaries.load, name="dictionary-load"),
    path("coding/dictionaries/items/", dictionaries.set_item, name="coded-item-set"),
    path("coding/dictionaries/<int:old>/<int:new>/", dictionaries.change, name="dictionary-change"),
    path("coding/synonyms/", synonyms.synonyms, name="synonyms"),
    path("coding/synonyms/<int:pk>/", synonyms.synonym_file, name="synonym-file"),
    path("coding/synonyms/<int:pk>/commit/", synonyms.commit, name="synonyms-commit"),
    path("coding/synonyms/<int:pk>/discard/", synonyms.discard, name="synonyms-discard"),
]
