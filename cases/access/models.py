"""Who may know: grants on single cases, and what every row of a case has in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.access.rules import EMERGENCY_LASTS, Ending, Ground, NeedToKnow, known, need_of
from cases.access.written import Found, Ids, written_once
from cities.agencies.models import Agency
from cities.places.models import City
from cities.records import Record
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, POSTED_TO_EVERY_CASE, Compartment, Role, roles_with
from cities.staff.models import Posting, User

RowT = TypeVar("RowT", bound=models.Model, covariant=True)


def postings_in_force(user: User, *, at: datetime) -> models.QuerySet[Posting]:
    """The postings `user` holds at the moment `at`, by the calendar of Brussels."""
    return Posting.objects.in_force(at=at).held_by(user)


def within(user: User) -> Q:
    """Of grants: those that are not outside the scope of the token by which `user` came, if it has one."""
    scope, found = user.acts_within, Q()
    if scope.city_id is not None:
        found &= Q(city_id=scope.city_id)
    if scope.agency_id is not None:
        found &= Q(posting__agency_id=scope.agency_id) | Q(agency_id=scope.agency_id)
    return found


def _in_a_city(user: User, roles: Iterable[Role], *, at: datetime) -> models.QuerySet[Posting]:
    return postings_in_force(user, at=at).filter(role__in=sorted(roles), city__isnull=False)


def covering(user: User, compartment: Compartment, *, at: datetime) -> models.QuerySet[Posting]:
    """The postings of `user` that are themselves the ground to see `compartment` of every case of their city."""
    return _in_a_city(user, (role for role in POSTED_TO_EVERY_CASE if compartment in COMPARTMENTS[role]), at=at)


@written_once
def cities_with(user: User, permission: Permission, *, at: datetime) -> Ids:
    """City ids in which a posting of `user` has the act."""
    return _in_a_city(user, roles_with(permission), at=at).values("city_id")


@written_once
def cities_open_to(user: User, compartment: Compartment, *, at: datetime) -> Ids:
    """City ids in which a posting of `user` is itself the ground to see `compartment` of every case."""
    return covering(user, compartment, at=at).values("city_id")


def cities_reviewed_by(user: User, *, at: datetime) -> Found:
    """City ids in which a posting of `user` looks after the looking: whoever reads the ledger of the city."""
    return cities_with(user, Permission.LEDGER_READ, at=at)


@written_once
def _postings_given(user: User, compartment: Compartment, *, at: datetime) -> Ids:
    roles = sorted(role for role in Role if compartment in COMPARTMENTS[role])
    return postings_in_force(user, at=at).filter(role__in=roles).values("pk")


def can_open(user: User, compartment: Compartment, *, at: datetime) -> bool:
    """Whether any posting of `user` can be given `compartment`. Of no case does it say that she may see it."""
    return _postings_given(user, compartment, at=at).is_any()


@written_once
def cases_open_to(user: User, compartment: Compartment, listed: bool = False, *, at: datetime) -> Ids:
    """Ids of the cases of which a grant lets `user` see `compartment`. Listed: not by an emergency."""
    grants = CaseAccess.grants.worked_with() if listed else CaseAccess.grants.all()
    return grants.held_by(user, compartment, at=at).values("casefile_id")


@written_once
def offices_acted_for(user: User, *, at: datetime) -> Ids:
    """Ids of the prosecution offices whose liaison `user` is."""
    return offices_of(user, at=at).values("agency_id")


class VisibleQuerySet(models.QuerySet[RowT]):
    """Rows asked for on somebody's behalf. The same rule stands in the database as row-level security."""

    def visible_to(self, user: User, *, at: datetime) -> Self:
        """The rows that `user` may know of at the moment `at`: the start of every detail, and of all in one case."""
        return self._known_by(user, at=at)

    def listed_to(self, user: User, *, at: datetime) -> Self:
        """Those of them that stand in lists, searches, feeds and exports: what was opened in an emergency doesn't."""
        return self._known_by(user, at=at, listed=True)

    def _known_by(self, user: User, *, at: datetime, listed: bool = False) -> Self:
        need = need_of(self.model)
        if need.path == "code":
            return self
        if need.compartment == Compartment.CARE and not can_open(user, Compartment.CARE, at=at):
            return self.none()  # she acts as a role without a right on the table: see `act_as`
        if need.path == "review":
            return self.filter(city__in=cities_reviewed_by(user, at=at))
        cities = cities_open_to(user, need.compartment, at=at)
        if need.path == "city":
            return self.filter(city__in=cities)
        cases = cases_open_to(user, need.compartment, listed, at=at)
        if need.path == "self":
            return self.filter(Q(city__in=cities) | Q(pk__in=cases))
        return self.filter(Q(city__in=cities) | Q(casefile__in=cases))


class CaseRow(Record):
    """A row that belongs to one case. It carries the city too: the city is a second, independent check."""

    need_to_know: ClassVar[NeedToKnow]

    casefile = models.ForeignKey("cases.Casefile", on_delete=models.PROTECT, verbose_name=_("case"))
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+", verbose_name=_("city"))

    objects = VisibleQuerySet.as_manager()

    class Meta:
        abstract = True


def offices_of(user: User, *, at: datetime) -> models.QuerySet[Posting]:
    """The postings of `user` by which a grant to an office is hers: prosecution liaisons act for their office."""
    return postings_in_force(user, at=at).filter(role=Role.PROSECUTION_LIAISON)


class GrantQuerySet(VisibleQuerySet["CaseAccess"]):
    """Grants, asked for by who holds them."""

    def in_force(self, *, at: datetime) -> Self:
        """The grants that hold at the moment `at`; one to a user only as long as her posting holds too."""
        day = timezone.localdate(at)
        posted = Q(posting__starts_on__lte=day) & (Q(posting__ends_on__isnull=True) | Q(posting__ends_on__gt=day))
        there = Q(posting__city__isnull=True) | Q(posting__city=F("city"))
        return self.filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=at), Q(posting__isnull=True) | (posted & there), starts_at__lte=at
        )

    def worked_with(self) -> Self:
        """All but what was opened in an emergency: that is for one case and one hour, and for nothing else."""
        return self.exclude(ground=Ground.EMERGENCY)

    def of(self, user: User, *, at: datetime) -> Self:
        """The grants that are this user's at the moment `at`: her own, and those of the office she acts for."""
        acting_for = offices_of(user, at=at).filter(
            Q(city__isnull=True) | Q(city=OuterRef("city")), agency=OuterRef("agency")
        )
        mine = Q(user=user) | Q(agency__isnull=False) & Exists(acting_for)
        return self.in_force(at=at).filter(mine, within(user))

    def held_by(self, user: User, compartment: Compartment, *, at: datetime) -> Self:
        """The grants by which `user` sees `compartment` of a case at the moment `at`."""
        if compartment in COMPARTMENTS[Role.PROSECUTION_LIAISON]:
            return self.of(user, at=at).filter(compartment=compartment)
        return self.in_force(at=at).filter(within(user), user=user, compartment=compartment)

    def visible_to(self, user: User, *, at: datetime) -> Self:
        """Grants on cases one may know of, one's own, and for who reviews a city all of that city.

        That a referral went to an office is of the other house: only who sees that part of the case sees the grant.
        """
        justice = cases_open_to(user, Compartment.JUSTICE, at=at)
        other_house = Q(city__in=cities_open_to(user, Compartment.JUSTICE, at=at)) | Q(casefile__in=justice)
        reviewed = cities_reviewed_by(user, at=at)
        core = cases_open_to(user, Compartment.CORE, at=at)
        known_cases = Q(city__in=cities_open_to(user, Compartment.CORE, at=at)) | Q(casefile__in=core)
        return self.filter(
            Q(user=user)
            | Q(city__in=reviewed)
            | (Q(agency__in=offices_acted_for(user, at=at)) & Q(casefile__in=justice))
            | (known_cases & (~Q(ground=Ground.REFERRAL) | other_house))
        )


class CaseAccess(CaseRow):
    """A dated grant: this user, by this posting, or this office, may see this compartment of this case, on this ground.

    Granted by `recorded_by`; half-open in time; never deleted, only ended, so that "who could see this on 3 May, and
    why" stays one query. Postings that cover a whole city need no row here (see `cities_open_to`). What is addressed
    to an office is granted to the office: whoever is its liaison on a day sees it on that day, and no longer.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city user posting agency reference compartment ground "
        "starts_at ends_at ended_by ended_because confirm_by notice_on",
        sensitive="reason",
        bookkeeping="confirm_by notice_on",
    )

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="case_access", verbose_name=_("user")
    )
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("posting")
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    reference = models.CharField(_("case reference"), max_length=20)
    compartment = models.CharField(_("compartment"), max_length=12, choices=Compartment.choices)
    ground = models.CharField(_("ground"), max_length=12, choices=Ground.choices)
    reason = models.TextField(_("reason"), blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    ended_because = models.CharField(_("why it ended"), max_length=12, choices=Ending.choices, blank=True)
    #: Given by the clock, to what was granted without an end: somebody says by then that it is still needed.
    confirm_by = models.DateField(_("to be confirmed by"), null=True, blank=True, editable=False)
    notice_on = models.DateField(_("said so on"), null=True, blank=True, editable=False)

    objects: ClassVar[models.Manager[Any]] = GrantQuerySet.as_manager()
    grants = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "casefile", "compartment", "ground"],
                condition=Q(ends_at__isnull=True),
                name="one_open_grant_a_ground",
            ),
            models.UniqueConstraint(
                fields=["agency", "casefile", "compartment", "ground"],
                condition=Q(ends_at__isnull=True),
                name="one_open_grant_an_office",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="grant_ends_later"
            ),
            models.CheckConstraint(
                condition=~Q(ground=Ground.EMERGENCY)
                | Q(ends_at__isnull=False, ends_at__lte=F("starts_at") + EMERGENCY_LASTS),
                name="an_emergency_lasts_an_hour_at_most",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, posting__isnull=False, agency__isnull=True)
                | Q(
                    user__isnull=True,
                    posting__isnull=True,
                    agency__isnull=False,
                    compartment=Compartment.JUSTICE,
                    ground="REFERRAL",
                ),
                name="a_grant_is_to_one_user_or_one_office",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "compartment", "casefile"], name="grant_by_user"),
            models.Index(fields=["confirm_by", "id"], condition=Q(ends_at__isnull=True), name="grants_to_confirm"),
            models.Index(fields=["posting"], condition=Q(ends_at__isnull=True), name="open_grants_by_posting"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.compartment}: {self.user or self.agency} ({self.ground})"
