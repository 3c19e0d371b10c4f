"""Who can see a case, and who did; and the ledger of a city."""

from django.urls import path

from cases.web.access import samples, views, why

urlpatterns = [
    path("cases/<str:reference>/who-can-see/", views.who_can_see, name="who_can_see"),
    path("cases/<str:reference>/why/", why.why, name="why"),
    path("ledger/colleagues/<int:pk>/", views.colleague_sights, name="colleague_sights"),
    path("ledger/", views.city_ledger, name="ledger"),
    path("ledger/samples/", samples.samples, name="samples"),
    path("ledger/samples/<int:pk>/", samples.sample, name="sample"),
    path("my-look-ups/", views.own_looks, name="own_looks"),
]
