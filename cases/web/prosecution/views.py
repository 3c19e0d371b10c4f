"""Referrals to read: what is to be done with which, those of a case, and one of them."""

from __future__ import annotations

from cities.roles.permissions import Permission
from cities.roles.rules import Compartment

#: How every page of a referral is opened.
READ = {"permission": Permission.REFERRAL_READ, "compartment": Compartment.JUSTICE}
