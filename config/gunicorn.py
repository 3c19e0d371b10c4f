"""How gunicorn serves: in the demo and in production alike. Used as `--config python:config.gunicorn`."""

from typing import Any

from gunicorn.glogging import Logger

from config.env import env
from config.logging import without_secrets


class AccessLog(Logger):  # type: ignore[misc]
    """gunicorn's own, without what opens a calendar feed."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return found | {"U": without_secrets(str(found["U"]))}


logger_class = AccessLog

bind = env.list("WEB_BIND", ["127.0.0.1:8000"])
workers = env.whole_number("WEB_PROCESSES", 1, at_least=1, at_most=64)
threads = env.whole_number("WEB_THREADS", 4, at_least=1, at_most=64)
worker_class = "gthread"
timeout = 60
graceful_timeout = 10
keepalive = 5
# No socket in somebody's home through which the server could be steered.
control_socket_disable = True
forwarded_allow_ips = env.text("TRUSTED_PROXIES", "127.0.0.1")
# %(U)s is the path without the question behind it: what people search for is not logged.
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
