"""What an opening or a list shows, by the names of its fields: for the ledger, which has names and no content.

A name stands as it is when it is a field of the record itself (`due_on`), and after the kind of record when it is of
another one that is shown beside it (`person.official_name`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext as _

from cases.access.rules import need_of
from cities.roles.rules import Compartment

#: An opened record by itself, or its kind.
Kind = Model | type[Model]

#: Where a row is and who wrote it: every row has these, and they say nothing of anybody.
OF_EVERY_ROW = frozenset({"id", "recorded_at", "recorded_by", "casefile", "city"})


def fields_of(kind: Kind) -> list[str]:
    """The names that the opening of such a record shows: what its `need_to_know` has, but for bookkeeping."""
    need = need_of(kind)
    return sorted((need.public | need.personal | need.sensitive) - need.bookkeeping - OF_EVERY_ROW)


def beside(*kinds: Kind) -> list[str]:
    """The names of records that are shown beside the one that was opened."""
    return [f"{kind._meta.model_name}.{name}" for kind in kinds for name in fields_of(kind)]


def beside_in(*groups: Iterable[Model]) -> Iterator[str]:
    """The names of those rows that are shown beside the record that was opened: of a group that is empty, none.

    Asked when the page is written down, which an act that leads elsewhere never is.
    """
    yield from beside(*{type(row) for row in (next(iter(group), None) for group in groups) if row is not None})


def by_compartment(names: Iterable[str], *, kind: str, compartment: str) -> dict[str, list[str]]:
    """The names that an entry about a record of this kind has, by compartment: one entry each.

    `compartment`: that of the opening, which comes first. What is of the core of the case stands with it: whoever reads
    of another compartment reads of that too. What is care beside the core, or justice, is read by fewer.
    """
    found: dict[str, set[str]] = defaultdict(set, {compartment: set()})
    for name in names:
        of, _dot, field = name.rpartition(".")
        part = _compartment_of(of) if of and of != kind else Compartment.CORE
        found[compartment if part == Compartment.CORE else part].add(field if of == kind else name)
    return {part: sorted(within) for part, within in found.items()}


def _compartment_of(kind: str) -> str:
    """Of a kind of record. The public square is no secret."""
    need = getattr(apps.all_models["cases"].get(kind), "need_to_know", None)
    return Compartment(need.compartment).value if need is not None else Compartment.CORE.value


def in_words(names: Iterable[str], *, kind: str) -> str:
    """The names as a person reads them, those of other records after what these are called. What has no words stays."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        of, _dot, field = name.rpartition(".")
        groups[of].append(_label(of or kind, field))
    own = [", ".join(groups.pop("", []))]
    others = [
        _("%(record)s: %(fields)s") % {"record": _called(of), "fields": ", ".join(labels)}
        for of, labels in groups.items()
    ]
    return "; ".join(filter(None, own + others))


def _model(kind: str) -> type[Model] | None:
    return apps.all_models["cases"].get(kind) or apps.all_models["cities"].get(kind)


def _label(kind: str, field: str) -> str:
    model = _model(kind)
    try:
        found = model._meta.get_field(field) if model else None
    except FieldDoesNotExist:
        found = None
    return str(getattr(found, "verbose_name", field))


def _called(kind: str) -> str:
    model = _model(kind)
    return str(model._meta.verbose_name) if model else kind
