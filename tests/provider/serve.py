"""`python -m tests.provider.serve`: makes the tables, a client and a user, says its port, and serves."""

from __future__ import annotations

import os
import sys
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's word
        pass


def main() -> None:
    """Everything that the provider needs is in its environment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.provider.settings"
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    for name in os.environ["PROVIDER_PEOPLE"].split():
        User.objects.create_user(name, f"{name}@example.org", os.environ["PROVIDER_PASSWORD"])
    get_application_model().objects.create(
        client_id="apparatus", client_secret="a secret of the two", client_type="confidential",
        authorization_grant_type="authorization-code", algorithm="RS256", skip_authorization=True, name="Apparatus",
        redirect_uris=os.environ["PROVIDER_RETURN"],
    )  # fmt: skip
    with make_server("127.0.0.1", 0, get_wsgi_application(), _Threads, _Quiet) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
