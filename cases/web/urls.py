"""The pages around cases: one line a subject."""

from django.urls import URLPattern, URLResolver, include, path

from cases.web.absences import urls as absences
from cases.web.access import urls as access
from cases.web.board import urls as board
from cases.web.calendar import urls as calendar
from cases.web.casefiles import urls as casefiles
from cases.web.changes import urls as changes
from cases.web.checkins import urls as checkins
from cases.web.emergencies import urls as emergencies
from cases.web.my_day import urls as my_day
from cases.web.outbox import urls as outbox
from cases.web.people import urls as people
from cases.web.picture import urls as picture
from cases.web.plans import urls as plans
from cases.web.prosecution import urls as prosecution
from cases.web.recertification import urls as recertification
from cases.web.search import urls as search
from cases.web.timeline import urls as timeline

own: list[URLPattern | URLResolver] = [
    *my_day.urlpatterns,
    *calendar.urlpatterns,
    *board.urlpatterns,
    *absences.urlpatterns,
    *casefiles.urlpatterns,
    *timeline.urlpatterns,
    *people.urlpatterns,
    *checkins.urlpatterns,
    *outbox.urlpatterns,
    *plans.urlpatterns,
    *picture.urlpatterns,
    *prosecution.urlpatterns,
    *search.urlpatterns,
    *access.urlpatterns,
    *changes.urlpatterns,
    *emergencies.urlpatterns,
    *recertification.urlpatterns,
]

urlpatterns = [path("", include((own, "cases")))]
