"""What somebody typed comes back to her when it could not be taken: from what she sent, and from nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.csrf import csrf_failure

#: Never shown again: what opens something, and what a page says to itself.
SECRET = ("password", "credential", "code", "secret")
OWN = frozenset({
    "csrfmiddlewaretoken", "next", "version", "read", "as_read", "compared", "language", "_save", "_continue",
    "_addanother",
})  # fmt: skip
#: What she said is to stand, and what stood there when she opened it.
UNSEEN = ("keep_", "initial-")

Typed = list[tuple[str, str]]


def typed(request: HttpRequest) -> Typed:
    """The texts of a form that was sent, with their names."""
    return [
        (name.replace("_", " ").replace("-", " ").strip().capitalize(), value)
        for name, values in request.POST.lists()
        if name not in OWN and not name.startswith(UNSEEN) and not any(word in name for word in SECRET)
        for value in values
        if value.strip()
    ]


def ended(request: HttpRequest) -> HttpResponse | None:
    """After the end of a session a form was sent: its text is given back, to copy. None: there was none."""
    texts = typed(request)
    if not texts:
        return None
    if request.headers.get("HX-Request"):
        return to_sign_in(request)
    return render(request, "account/session_ended.html", {"typed": texts}, status=403)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """A fragment can't hold the sign-in page: the whole page is sent there, unless it keeps its text by itself."""
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    answer = redirect_to_login(page.path or "/", resolve_url(settings.LOGIN_URL))
    return HttpResponse(status=204, headers={"HX-Redirect": answer.headers["Location"], "X-Session-Ended": "1"})


def _from_here(request: HttpRequest) -> bool:
    """Whether the form stood on a page of this house: another site must not put words into somebody's mouth."""
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(origin).netloc == request.get_host()


def wrong_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of an older sign-in, or from elsewhere. What was typed on a page of ours is given back."""
    texts = typed(request) if _from_here(request) else []
    if texts:
        return render(request, "account/session_ended.html", {"typed": texts, "signed_in_since": True}, status=403)
    return csrf_failure(request, reason=reason)
