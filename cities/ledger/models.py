"""The ledger: what happened. Appended by every door, changed by nobody, and without content."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cities.ledger.rules import DispatchState, Operation, Wrong


class LedgerEntry(models.Model):
    """One thing that somebody did with the record of somebody else: who, what, when, why, never the content.

    It names fields, not their values, so that erasing a person never has to touch the ledger. The case stands
    here by number and reference, without a foreign key: this side of the house cannot import a case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("at"), db_default=Now(), help_text=_("By the clock of the database."))
    operation = models.CharField(_("operation"), max_length=12, choices=Operation.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("actor")
    )
    initiator = models.CharField(
        _("initiator"), max_length=20, help_text=_("A person, the clock, or a set-up command.")
    )
    role = models.CharField(_("role"), max_length=30, blank=True)
    agency_id = models.BigIntegerField(_("agency"), null=True)
    city_id = models.BigIntegerField(_("city"), null=True)
    case_id = models.BigIntegerField(_("case"), null=True)
    case_reference = models.CharField(_("case reference"), max_length=20, blank=True)
    compartment = models.CharField(_("compartment"), max_length=12, blank=True)
    object_type = models.CharField(_("kind of record"), max_length=40, blank=True)
    object_ids = ArrayField(models.BigIntegerField(), verbose_name=_("records"), default=list)
    fields = ArrayField(models.CharField(max_length=60), verbose_name=_("fields"), default=list)
    rows = models.PositiveIntegerField(_("number of rows"), default=1)
    act = models.CharField(_("act"), max_length=60, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    justification = models.TextField(_("justification"), blank=True)
    ground = models.CharField(_("ground"), max_length=40, blank=True)
    recipient = models.CharField(_("recipient"), max_length=200, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, default="DONE")

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        indexes = [
            models.Index(fields=["case_id", "-at"], name="ledger_case_at"),
            models.Index(fields=["actor", "-at"], name="ledger_actor_at"),
            models.Index(fields=["city_id", "-at"], name="ledger_city_at"),
            models.Index(fields=["-at", "-id"], name="ledger_newest_first"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(actor__isnull=False) | ~models.Q(initiator="person"), name="ledger_a_person_is_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.operation} {self.case_reference}"


class Seal(models.Model):
    """So many entries, closed: from one position to another, with the digest of the seal before in its own.

    Numbers have no gap. Written by the role of the sealer, changed by nobody.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    version = models.PositiveSmallIntegerField(_("form"), help_text=_("In which form the entries were written down."))
    sealed_at = models.DateTimeField(_("sealed at"))
    first = models.BigIntegerField(_("first position"))
    last = models.BigIntegerField(_("last position"), unique=True)
    previous = models.BinaryField(_("digest of the seal before"), max_length=32)
    link = models.BinaryField(_("last link"), max_length=32)
    digest = models.BinaryField(_("digest"), max_length=32)

    class Meta:
        verbose_name = _("seal of the ledger")
        verbose_name_plural = _("seals of the ledger")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first"), first__gte=1, number__gte=1),
                name="seals_hold_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.first}–{self.last}"


class SealedEntry(models.Model):
    """An entry of the ledger in its sealed place. What stands in no place yet is sealed next, however late it came.

    That an entry is sealed is said by this row, and by nothing that depends on one server: no transaction number, no
    clock. So an entry whose transaction commits late is sealed late, and a copy in another cluster goes on as it was.
    """

    position = models.BigIntegerField(_("position"), primary_key=True)
    entry_id = models.UUIDField(_("entry"), unique=True)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("seal"))
    digest = models.BinaryField(_("digest"), max_length=32)
    link = models.BinaryField(_("link"), max_length=32)

    class Meta:
        verbose_name = _("sealed entry")
        verbose_name_plural = _("sealed entries")

    def __str__(self) -> str:
        return f"{self.position}: {self.entry_id}"


class Checkpoint(models.Model):
    """What the ledger came to, signed, as it left the machine. What is kept here is a copy; what counts is outside."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    made_at = models.DateTimeField(_("made at"))
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="+", verbose_name=_("seal"))
    position = models.BigIntegerField(_("position"))
    line = models.TextField(_("what it says"))
    signature = models.CharField(_("signature"), max_length=100)
    key = models.CharField(_("verification key"), max_length=44)

    class Meta:
        verbose_name = _("checkpoint of the ledger")
        verbose_name_plural = _("checkpoints of the ledger")

    def __str__(self) -> str:
        return f"{self.number} at {self.made_at:%Y-%m-%d %H:%M}"


class Dispatch(models.Model):
    """Something of the ledger on its way out: a checkpoint to a place outside, or an alarm to somebody who sees to it.

    Left as a row, tried again, sent once more with the same number when a sender died; as messages are.
    """

    key = models.CharField(_("what it is for"), max_length=200, unique=True)
    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, null=True, blank=True, related_name="dispatches",
        verbose_name=_("checkpoint"),
    )  # fmt: skip
    place = models.CharField(_("where to"), max_length=300, blank=True, help_text=_("The address, without password."))
    alarm = models.CharField(_("alarm"), max_length=20, blank=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("to"),
    )  # fmt: skip
    left_at = models.DateTimeField(_("left at"))
    due_at = models.DateTimeField(_("to be sent at"))
    state = models.CharField(_("state"), max_length=8, choices=DispatchState.choices, default=DispatchState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(_("held by a sender until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("dispatch of the ledger")
        verbose_name_plural = _("dispatches of the ledger")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(checkpoint__isnull=False, recipient__isnull=True, alarm="")
                | models.Q(checkpoint__isnull=True, recipient__isnull=False, place=""),
                name="dispatches_are_of_one_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(state=DispatchState.SENT, sent_at__isnull=False)
                | (~models.Q(state=DispatchState.SENT) & models.Q(sent_at__isnull=True)),
                name="sent_dispatches_have_a_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state=DispatchState.WAITING), name="dispatches_to_send"
            ),
            models.Index(
                fields=["place", "-sent_at"], condition=models.Q(state=DispatchState.SENT), name="dispatches_that_left"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.key


class Verification(models.Model):
    """The clock walked through the ledger, or through a piece of it: up to where, and what it found. The next one goes
    on from the seal it came to. Added only; the latest row says how things stand.
    """

    at = models.DateTimeField(_("at"))
    begun_on = models.DateField(_("from the beginning on"), help_text=_("When it was last begun at position 1."))
    of_all = models.BooleanField(_("through everything"), help_text=_("Else only what came since the last one."))
    is_through = models.BooleanField(_("to the end"), help_text=_("Else the next piece follows at once."))
    is_whole = models.BooleanField(_("whole"), help_text=_("A fault holds until all of it was found well."))
    first = models.BigIntegerField(_("first position"))
    last = models.BigIntegerField(_("last position"))
    seal = models.BigIntegerField(_("number of its last seal"))
    digest = models.BinaryField(_("digest of that seal"), max_length=32)
    link = models.BinaryField(_("last link"), max_length=32)
    wrong = models.CharField(_("what is wrong"), max_length=12, choices=Wrong.choices, blank=True)
    fault_position = models.BigIntegerField(_("position of the fault"), null=True, blank=True)
    fault_until = models.BigIntegerField(_("last position it can be"), null=True, blank=True)
    fault_seal = models.BigIntegerField(_("seal of the fault"), null=True, blank=True)
    fault_entry = models.UUIDField(_("entry of the fault"), null=True, blank=True)

    class Meta:
        verbose_name = _("verification of the ledger")
        verbose_name_plural = _("verifications of the ledger")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wrong="", fault_position__isnull=True)
                | (~models.Q(wrong="") & models.Q(fault_position__isnull=False, is_whole=False, is_through=True)),
                name="verifications_name_their_fault",
            ),
        ]
        indexes = [models.Index(fields=["-id"], condition=~models.Q(wrong=""), name="verifications_with_a_fault")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.first}–{self.last}" + (f", {self.wrong}" if self.wrong else "")

    @property
    def fault(self) -> str:
        """Which fault it found: the same one has the same name, whenever it is found again."""
        return f"{self.wrong} at {self.fault_position} of seal {self.fault_seal}" if self.wrong else ""


class ReadMark(models.Model):
    """Up to which moment the clock has gone through the ledger, for one work of its own: the next round goes on there.

    One row a work; whoever goes through the ledger holds it meanwhile, so that two clocks don't do it at once.
    """

    name = models.CharField(_("work"), max_length=40, primary_key=True)
    up_to = models.DateTimeField(_("up to"))

    class Meta:
        verbose_name = _("place in the ledger")
        verbose_name_plural = _("places in the ledger")

    def __str__(self) -> str:
        return f"{self.name}: {self.up_to:%Y-%m-%d %H:%M}"
