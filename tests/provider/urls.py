"""The provider's addresses: its sign-in page, and what OpenID Connect asks for."""

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import include, path


class Login(LoginView):
    """A page with two fields."""

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return HttpResponse(
            f'<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
            '<label>Name <input name="username"></label><label>Secret <input name="password" type="password"></label>'
            "<button>Enter</button></form>"
        )


urlpatterns = [
    path("login/", Login.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
