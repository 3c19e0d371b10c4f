"""Referrals to read: what is to be done with which, those of a case, and one of them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access.rules import OutOfSight
from cases.access.selectors import acts_of, knows_of_core
from cases.access.services import open_file, require
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.rules import ANSWERS, ReferralStage, may_approve
from cases.prosecution.selectors import referral_numbered, referrals_for, referrals_of
from cases.web.pages import case_page, listed, number_in_the_address, whence
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

#: How every page of a referral is opened.
READ = {"permission": Permission.REFERRAL_READ, "compartment": Compartment.JUSTICE}
