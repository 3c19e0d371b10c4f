"""J6, of every table: what can be changed has a version, or it stands here why nobody overwrites anything in it.

That a change makes a row a version further is asked of every act: `changes_seen`, in `test_services.py`.
"""

from __future__ import annotations

import pytest
from django.db import connection

from tests.architecture.versions import can_be_changed, changes_seen, has_version
from tests.factories import Cast

#: Nothing that somebody typed stands there to be overwritten: a row is made, and what becomes of it happens once.
UNVERSIONED = {
    "cases.Action": "a step is done, or it is not: said of what stands, and refused when it stands already",
    "cases.AgreedReminder": "agreed, and withdrawn once",
    "cases.AvoidedDays": "added, and taken back once",
    "cases.CaseAccess": "given, confirmed, ended; its end only comes nearer, and PostgreSQL says so",
    "cases.CaseNumber": "a number that is counted up, under a lock",
    "cases.Caution": "comes and goes with the version of its referral",
    "cases.EmergencyOpening": "opened, and ended once",
    "cases.Message": "nobody writes it: it waits, is sent, is read",
    "cases.Pause": "begins and ends with the version of its rhythm",
    "cases.PersonName": "written, and put right with the version of its person",
    "cases.ReferralFact": "added and removed with the version of its referral",
    "cases.ReferralOffence": "added and removed with the version of its referral",
    "cases.Relationship": "recorded, and ended once",
    "cities.CalendarFeed": "issued, and revoked once",
    "cities.Dispatch": "the clock's: it waits, and is sent",
    "cities.ReadMark": "the clock's: how far it read",
    "cities.Token": "issued, and revoked once",
}


@pytest.mark.django_db
def test_every_row_that_can_be_changed__has_a_version() -> None:
    without = {model._meta.label for model in can_be_changed() if not has_version(model)}
    assert without == set(UNVERSIONED)


@pytest.mark.parametrize(
    ("sql", "seen"),
    [
        ('UPDATE "cities_agency" SET "name" = name, "phone" = phone WHERE "cities_agency"."id" = %s', True),
        ("UPDATE cities_agency row SET phone = phone\nFROM cities_city WHERE row.id = %s", True),
        ('UPDATE "cities_agency" SET "name" = name, "version" = version + 1 WHERE "cities_agency"."id" = %s', False),
        ('UPDATE "cities_user" SET "last_login" = last_login WHERE "cities_user"."id" = %s', False),
        ('UPDATE "cities_user" SET "last_login" = last_login, "phone" = phone WHERE "cities_user"."id" = %s', True),
        ('UPDATE "cities_token" SET "revoked_at" = revoked_at WHERE "cities_token"."id" = %s', False),
    ],
)
def test_changes_seen__is_what_makes_no_version(sql: str, seen: bool, cast: Cast) -> None:
    with changes_seen() as found, connection.cursor() as cursor:
        cursor.execute(sql, [cast.agency.pk])
    assert bool(found) is seen
