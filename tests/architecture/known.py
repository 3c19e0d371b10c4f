"""What the application's own rule shows to somebody, of every table, for thousands of histories."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from cases.access.models import can_open
from cases.access.policies import case_models
from cases.access.rules import need_of
from cities.roles.rules import Compartment, Role
from cities.staff.models import User
from tests.factories import AT, Cast, posted


class Asked:
    """The ids that `visible_to` answers, table by table.

    Of histories that are thousands all but one in a hundred of those who ask are asked for by the SQL that the rule
    made for somebody before, with another number in her place: making it anew takes ten times as long, and it is the
    same each time.
    """

    def __init__(self, now: datetime, template: User) -> None:
        self.now, self.template, self.count = now, template, 0
        self.made: dict[type[Model], tuple[str, tuple[Any, ...]]] = {}

    def of(self, user: User) -> dict[type[Model], set[int]]:
        self.count += 1
        found: dict[type[Model], set[int]] = {model: set() for model in case_models()}
        is_anew = not self.made or self.count % 100 == 1
        for model in found if is_anew else ():
            found[model] = set(self._rule(model, user).values_list("pk", flat=True))
        parts: list[str] = []
        told: list[Any] = []
        for model in () if is_anew else self._open_to(user):
            statement, params = self.made[model]
            parts.append(f"SELECT '{model.__name__}', pk FROM ({statement}) AS t (pk)")  # noqa: S608 -- of our own rule
            told += [user.pk if param == self.template.pk else param for param in params]
        if parts:
            names = {model.__name__: model for model in found}
            with connection.cursor() as cursor:
                for name, pk in cursor.execute(" UNION ALL ".join(parts), told).fetchall():
                    found[names[name]].add(pk)
        if not self.made and "HISTORIES" in os.environ:
            self.made = {model: self._sql(model) for model in found}
        return found

    def _open_to(self, user: User) -> list[type[Model]]:
        """The tables of which the rule asks anything; of the others it answers with none before it has any SQL."""
        of_care = can_open(user, Compartment.CARE, at=self.now)
        return [model for model in self.made if of_care or need_of(model).compartment != Compartment.CARE]

    def _rule(self, model: type[Model], user: User) -> Any:
        manager: Any = model._default_manager
        return manager.visible_to(user, at=self.now)

    def _sql(self, model: type[Model]) -> tuple[str, tuple[Any, ...]]:
        rows = self._rule(model, self.template).order_by().values("pk")
        made: tuple[str, tuple[Any, ...]] = rows.query.get_compiler(connection=connection).as_sql()
        return made


def a_template(cast: Cast) -> User:
    """Somebody whose number stands nowhere else, to whom any part can be given."""
    template = User.objects.create(pk=2_015_000_001, username="template", next_digest_at=AT)
    posted(template, Role.COORDINATOR, cast.city)
    return template
