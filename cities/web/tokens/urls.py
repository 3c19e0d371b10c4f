"""Addresses of the pages about tokens."""

from django.urls import path

from cities.web.tokens import views

urlpatterns = [
    path("preferences/tokens/", views.tokens, name="tokens"),
    path("preferences/tokens/new/", views.new, name="token_new"),
    path("preferences/tokens/<int:pk>/revoke/", views.revoke, name="token_revoke"),
]
