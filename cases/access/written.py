"""Questions of need-to-know whose SQL is written once: they are the same each time but for who asks, and when.

Nearly each query of each page asks two or three of them within itself. Written anew each time, they took two thirds of
a page's time: decision 38.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from cities.staff.models import Scope, User

P = ParamSpec("P")
#: Ids of one kind, by the rows that they come from.
Ids = QuerySet[Any, Any]
SQL = tuple[str, tuple[Any, ...]]
Question = Callable[..., Ids]

#: What stands in the SQL for who asks, for what bounds her, for the moment and for its day. No row has such numbers.
_USER, _CITY, _AGENCY = -201501, -201502, -201503
_AT, _DAY = datetime(1830, 10, 4, 12, tzinfo=UTC), date(1830, 10, 4)


class Found(RawSQL):
    """What a question finds, to be compared with by `__in` in a query that has it within itself."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Raises `EmptyResultSet` where nothing can be in it, as Django does itself."""
        if not self.sql:
            raise EmptyResultSet
        return super().as_sql(compiler, connection)

    def includes(self, value: int) -> bool:
        """Whether this is in it."""
        return self._says(f"SELECT %s IN ({self.sql})", value)

    def is_any(self) -> bool:
        """Whether anything is in it."""
        return self._says(f"SELECT EXISTS ({self.sql})")

    def _says(self, sql: str, *before: int) -> bool:
        if not self.sql:
            return False
        with connection.cursor() as cursor:
            cursor.execute(sql, (*before, *self.params))
            return bool(cursor.fetchone()[0])


def written_once(question: Callable[Concatenate[User, P], Ids]) -> Callable[Concatenate[User, P], Found]:
    """Of a question about a user at a moment, `question(user, *what, at=at)`: the same, with its SQL kept.

    It asks the database nothing while it is put, takes `user` and `at` as they are, and gives one column. `what` else
    there is varies little: a compartment.
    """

    @wraps(question)
    def asked(user: User, /, *what: P.args, **when: P.kwargs) -> Found:
        named: dict[str, Any] = dict(when)
        at = named.pop("at")
        if named:  # the SQL is kept by what stands in its place
            raise TypeError(f"{question.__name__}: by place, not by name: {', '.join(named)}")
        scope = user.acts_within
        sql, blanks = write(question, what, scope.city_id is not None, scope.agency_id is not None)
        said = {_USER: user.pk, _CITY: scope.city_id, _AGENCY: scope.agency_id, _AT: at, _DAY: timezone.localdate(at)}
        return Found(sql, tuple(_fill(blank, said) for blank in blanks))

    return asked


@cache
def write(question: Question, what: tuple[Hashable, ...], in_one_city: bool, for_one_agency: bool) -> SQL:
    """The SQL of a question, with a blank for each that varies. Empty: nothing can be an answer to it."""
    somebody = User(pk=_USER)
    somebody.acts_within = Scope(agency_id=_AGENCY if for_one_agency else None, city_id=_CITY if in_one_city else None)
    if timezone.localdate(_AT) != _DAY:
        raise RuntimeError("a question is written once in another timezone than the house's")
    with connection.execute_wrapper(_refuse):  # what it would be told here is true of nobody
        return in_sql(question(somebody, *what, at=_AT))


def in_sql(rows: Ids) -> SQL:
    """As Django writes it within another query: without an order. Empty: nothing can be in it."""
    query = rows.query.chain()
    query.clear_ordering(clear_default=True)
    try:
        sql, params = query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return "", ()
    return sql, tuple(params)


def _refuse(*_: Any) -> None:
    raise RuntimeError("a question that is written once asks the database while it is put")


def _fill(blank: Any, said: dict[Any, Any]) -> Any:
    if blank not in said:
        return blank
    return type(blank)(said[blank]) if isinstance(blank, int) else said[blank]  # a number says how wide its column is
