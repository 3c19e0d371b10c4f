"""The names of what an answer shows, read off its shape: what the ledger has of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from rest_framework.serializers import BaseSerializer

from cases.access.selectors import OF_EVERY_ROW

#: What every shape may have, and what is no field of a record.
NO_FIELDS = OF_EVERY_ROW | {"etag", "version", "pk"}

#: Shapes that were read before: they don't change.
_READ: dict[type[BaseSerializer[Any]], tuple[str, ...]] = {}


def names_in(shape: type[BaseSerializer[Any]]) -> tuple[str, ...]:
    """The names of its fields, as the record has them. What a shape within it shows of another kind of record
    (`of_kind`) comes after the name of that kind: `checkinnote.note`."""
    if shape not in _READ:
        _READ[shape] = tuple(dict.fromkeys(_names(shape)))
    return _READ[shape]


def _names(shape: type[BaseSerializer[Any]]) -> Iterator[str]:
    for field in shape().fields.values():  # type: ignore[attr-defined]  # every shape of the house has fields
        inner = getattr(field, "child", field)
        kind = getattr(inner, "of_kind", "")
        if kind:
            yield from (name if "." in name else f"{kind}.{name}" for name in names_in(type(inner)))
            continue
        source = str(field.field_name if field.source == "*" else field.source)
        of, _dot, name = source.partition(".")
        name = source if name and of in apps.all_models["cases"] else of.removesuffix("_id")
        if name not in NO_FIELDS:
            yield name
