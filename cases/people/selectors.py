"""Questions about people: who they are to whoever asks, by which names, and who is around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.db import connection
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.access.rules import NotAllowed, OutOfSight, read_reference
from cases.access.selectors import standing
from cases.people.models import Person, PersonName, Relationship
from cases.people.rules import BirthPrecision, NameKind, fold, take_date
from cities.roles.permissions import Permission
from cities.staff.models import User
from cities.staff.selectors import Standing

if TYPE_CHECKING:
    from cases.casefiles.models import Casefile


def people_for(user: User, *, at: datetime) -> QuerySet[Person]:
    """The people that `user` may know of: followed up, or close to somebody who is."""
    return Person.objects.visible_to(user, at=at).select_related("city").order_by("sort_name", "pk")


def listed_people(user: User, *, at: datetime) -> QuerySet[Person]:
    """Those of them that stand in lists and are found by searching: not by an emergency opening alone."""
    return Person.objects.listed_to(user, at=at).select_related("city").order_by("sort_name", "pk")


def person_for(user: User, pk: int, *, at: datetime) -> Person:
    """One person, or `OutOfSight`."""
    found = people_for(user, at=at).filter(pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


def names_of(person: Person) -> QuerySet[PersonName]:
    """All names by which the person is or was known, the official one first."""
    official_first = Case(When(kind=NameKind.OFFICIAL, then=0), default=1)
    return PersonName.objects.filter(person=person).order_by(official_first, "kind", "name", "pk")


def contacts_of(case: Casefile, user: User, *, at: datetime) -> QuerySet[Relationship]:
    """Who is around the person of this case today, as far as `user` may know: those to be contacted first."""
    today = timezone.localdate(at)
    return (
        Relationship.objects.visible_to(user, at=at)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today), casefile=case)
        .select_related("other")
        .order_by("-is_contact", "other__sort_name", "pk")
    )


def case_about(person: Person, user: User, *, at: datetime) -> Casefile | None:
    """The case by which `user` knows the person: an open one of his own first, else one in which he is family."""
    own = person.casefiles.visible_to(user, at=at).order_by(F("closed_on").desc(nulls_first=True), "-pk").first()
    if own is not None:
        return own
    near = Relationship.objects.visible_to(user, at=at).filter(other=person).select_related("casefile")
    tie = near.order_by(F("ends_on").desc(nulls_first=True), "-pk").first()
    return tie.casefile if tie else None


def standing_with(user: User, permission: Permission, *, person: Person, at: datetime) -> Standing:
    """The posting by which `user` may do the act with the record of this person; the first line of acts on people.

    Raises `OutOfSight` when she may not know of the person, `NotAllowed` when no posting of hers has the act there.
    """
    if not Person.objects.visible_to(user, at=at).filter(pk=person.pk).exists():
        raise OutOfSight
    case = case_about(person, user, at=at)
    found = standing(user, permission, city_id=case.city_id if case else person.city_id, at=at)
    if found is None:
        raise NotAllowed(permission.value)
    return found


@dataclass(frozen=True)
class Match:
    """Somebody found: by which name, in which case, and why, in words."""

    person: Person
    name: str
    casefile: Casefile | None
    reason: str


#: How much of what was typed has to be in a name, from 0 (nothing) to 1 (every word, letter by letter).
ALIKE = 0.45

#: Words typed beyond so many are not looked at: no name is longer, and each costs time.
MOST_WORDS = 6


def search(user: User, text: str, *, at: datetime, limit: int = 20) -> list[Match]:
    """Who is meant by what was typed, among the people that `user` may know of; the likeliest first.

    A case reference, a birth date, a name, or a name with a birth date. Names are found in spite of accents,
    transliteration and typing errors.
    """
    if wanted := read_reference(text):
        found = listed_people(user, at=at).filter(casefiles__reference=wanted)
        return _matches([(person, person.official_name, _("case reference")) for person in found], user, at=at)
    born_on, rest = take_date(text.replace("\x00", " ")[:200])
    words = list(dict.fromkeys(fold(rest).split()))[:MOST_WORDS]
    if words:
        return _matches(_by_name(user, words, born_on=born_on, at=at, limit=limit), user, at=at)
    if born_on is None:
        return []
    born = listed_people(user, at=at).filter(born_on=born_on, birth_precision=BirthPrecision.DAY)[:limit]
    why = _("born on %(day)s") % {"day": date_format(born_on, "DATE_FORMAT")}
    return _matches([(person, person.official_name, why) for person in born], user, at=at)


def _by_name(
    user: User, words: list[str], *, born_on: date | None, at: datetime, limit: int
) -> list[tuple[Person, str, str]]:
    """Each person once, by the name most like what was typed, and in what way it is."""
    sounds = _sounds_of(words)
    names = PersonName.objects.listed_to(user, at=at).annotate(padded=Concat(Value(" "), "folded", Value(" ")))
    if born_on is not None:
        names = names.filter(person__born_on=born_on)
    closeness: Any = Value(0.0)
    for word in words:
        heard = Q(sounds__overlap=sounds[word]) if sounds[word] else Q(pk__in=[])
        spelled = TrigramStrictWordSimilarity(word, "folded")
        closeness = closeness + Case(
            When(padded__contains=f" {word} ", then=Value(1.0)),
            When(padded__contains=f" {word}", then=Value(0.9)),
            When(heard, then=Value(0.6) + Value(0.3) * spelled),
            default=spelled,
            output_field=FloatField(),
        )
    found = (
        names.annotate(closeness=closeness / len(words))
        .filter(closeness__gte=ALIKE)
        .order_by("-closeness", "folded", "pk")
        .select_related("person", "person__city")
    )
    best: dict[int, tuple[Person, str, str]] = {}
    for name in found[: limit * 3]:
        if len(best) < limit:
            best.setdefault(name.person_id, (name.person, name.name, _why(name, words, sounds)))
    return list(best.values())


def _sounds_of(words: list[str]) -> dict[str, list[str]]:
    """How each word sounds; nothing for a word of one or two letters, which sounds like too many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT word, apparatus_sounds(word) FROM unnest(%s::text[]) AS word", [words])
        return {word: codes if len(word) > 2 else [] for word, codes in cursor.fetchall()}


def _why(name: PersonName, words: list[str], sounds: dict[str, list[str]]) -> str:
    """In what way a name is like what was typed."""
    padded = f" {name.folded}"
    if all(f" {word}" in padded for word in words):
        return str(NameKind(name.kind).label)
    if all(f" {word}" in padded or set(sounds[word]) & set(name.sounds) for word in words):
        return _("sounds like it (%(kind)s)") % {"kind": NameKind(name.kind).label}
    return _("spelled nearly like it (%(kind)s)") % {"kind": NameKind(name.kind).label}


def _matches(found: list[tuple[Person, str, str]], user: User, *, at: datetime) -> list[Match]:
    """What was found, each with the case by which `user` knows the person: the open one, else the newest."""
    casefiles: Any = Person._meta.get_field("casefiles").related_model  # a room above: by relation, not by import
    rows = casefiles.objects.visible_to(user, at=at).filter(person__in=[person.pk for person, _name, _why in found])
    newest_open_last = rows.select_related("city").order_by(F("closed_on").asc(nulls_last=True), "pk")
    cases = {row.person_id: row for row in newest_open_last}
    return [Match(person, name, cases.get(person.pk), reason) for person, name, reason in found]
