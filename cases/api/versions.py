"""The version of a record as HTTP says it: its tag in `ETag`, the one that was read in `If-Match` (RFC 9110, RFC 6585).

A tag is of one version of one record: that of another record, or of another version, is another one. It guards what a
change is made on, and no more: answers also show what hangs on the record, so a tag is of no use to a cache.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Model
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework import serializers

from cities.api.base import Shape
from cities.api.problems import AsProblem, Problem, of_status, one_error

#: RFC 9110, 8.8.3: a quoted tag, perhaps a weak one; and a list of them, in which an element may be empty (5.6.1).
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")


def tag_of(row: Model) -> str:
    """The strong tag of a record as it stands in `row`. It tells nobody how many records there are."""
    version = row.version  # type: ignore[attr-defined]  # what is edited has one: test_editable_rows.py
    told = f"{row._meta.label_lower} {row.pk} {version}"
    return f'"{version}-{salted_hmac(__name__, told, algorithm="sha256").hexdigest()[:20]}"'


class OfAVersion(Shape):
    """A record that somebody else may change too."""

    version = serializers.IntegerField(help_text="Grows by one with each change.")
    etag = serializers.SerializerMethodField(
        help_text="What `If-Match` takes to change it, with the quotes; in the `ETag` of an answer that shows it alone."
    )

    def get_etag(self, row: Model) -> str:
        return tag_of(row)


def is_met(said: str | None, row: Model) -> bool:
    """Whether what a request says in `If-Match` lets it change this record (RFC 9110, 13.1.1).

    `*` is any version that stands. A weak tag matches none. Raises 428 for nothing said, 400 for what are no tags.
    """
    if said is None or not said.strip(" \t,"):
        raise AsProblem(of_status(428))
    if said.strip(" \t") == "*":
        return True
    if not _TAGS.fullmatch(said):
        wrong = _("If-Match takes the ETag of the record, with its quotes, or several with commas between them.")
        error = one_error(wrong, path=("If-Match",), code="tag", where="header")
        raise AsProblem(Problem(400, "invalid", _("The request is not valid"), wrong, (error,)))
    return tag_of(row) in re.findall(_TAG, said)


def stands_otherwise(current: Mapping[str, Any]) -> AsProblem:
    """Somebody else was first: nothing is done, and what stands now is in the answer, with its tag."""
    return AsProblem(replace(of_status(412), headers={"ETag": str(current["etag"])}, more={"current": dict(current)}))
