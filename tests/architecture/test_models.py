"""Every model of `cases` says what it is to need-to-know, and every field of it stands in exactly one class."""

import pytest
from django.db import models

from cases.access.models import CaseRow
from cases.access.policies import CLOCK_MAY, COUNTER_MAY, case_models
from cases.access.rules import need_of
from cities.places.models import City
from cities.records import Record

MODELS = {model.__name__: model for model in case_models()}

#: What may not exist, whatever it is called: a number that ranks people (safety.md, H4).
RANKINGS = ("score", "rank", "risk", "probability", "prediction", "threat", "danger")


@pytest.mark.parametrize("name", MODELS)
def test_model__classes_each_field_once(name: str) -> None:
    need = need_of(MODELS[name])
    classes = [*need.public, *need.personal, *need.sensitive]
    assert sorted(classes) == sorted(field.name for field in MODELS[name]._meta.concrete_fields)


@pytest.mark.parametrize("name", MODELS)
def test_model__is_a_record_that_hangs_on_what_it_says(name: str) -> None:
    model = MODELS[name]
    fields = {field.name for field in model._meta.concrete_fields}
    hangs_on = {
        "casefile": {"casefile", "city"},
        "person": {"city"},
        "self": {"city"},
        "city": {"city"},
        "code": set(),
        "review": {"city"},
        "row": {"object_type", "object_id", "casefile", "city"},
    }
    path = need_of(model).path
    assert issubclass(model, Record)
    assert issubclass(model, CaseRow) == (path == "casefile")
    assert hangs_on[path] <= fields
    assert path != "person" or model._meta.model_name == "person" or "person" in fields


@pytest.mark.parametrize("name", MODELS)
def test_model__asks_on_behalf_of_somebody(name: str) -> None:
    assert hasattr(MODELS[name]._default_manager, "visible_to")


@pytest.mark.parametrize("name", MODELS)
def test_model__has_its_meaning_in_words(name: str) -> None:
    written = MODELS[name].__doc__ or ""
    assert not written.startswith(f"{name}("), "Django's own docstring says nothing."
    assert written.rstrip().endswith((".", ".)", "”"))


@pytest.mark.parametrize("name", MODELS)
def test_model__ranks_nobody(name: str) -> None:
    fields = [field.name for field in MODELS[name]._meta.concrete_fields]
    assert [field for field in fields if any(word in field for word in RANKINGS)] == []


def test_model__that_says_nothing_is_an_error() -> None:
    class Undeclared(models.Model):
        class Meta:
            app_label = "cases"
            abstract = True

    with pytest.raises(TypeError, match="need-to-know"):
        need_of(Undeclared)
    with pytest.raises(TypeError, match="need-to-know"):
        need_of(City)


def test_clock_and_counter__are_given_tables_that_exist() -> None:
    tables = {model._meta.db_table for model in case_models()}
    assert set(CLOCK_MAY) <= tables
    assert set(COUNTER_MAY) <= tables


def test_counter__reads_no_name() -> None:
    granted = COUNTER_MAY["cases_person"]
    person = MODELS["Person"]
    names = need_of(person).personal - {"born_on", "sex"}
    assert not [name for name in names if name in granted]
    assert "cases_personname" not in COUNTER_MAY
