"""Addresses of servers, turned into what Django wants to be told."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from config.env import Environment, WrongSetting, hide_password, split

BACKEND = "django.core.mail.backends."


def database_settings(env: Environment) -> dict[str, dict[str, Any]]:
    """`default` is the application's role, which owns nothing; `owner` owns the schema and only migrates."""
    pool = env.flag("DATABASE_POOL", default=False)
    largest = env.whole_number("DATABASE_POOL_SIZE", 8, at_least=1, at_most=200)
    default = _database(env, "DATABASE_URL", env.text("DATABASE_URL"))
    owner = _database(env, "DATABASE_OWNER_URL", env.text("DATABASE_OWNER_URL", env.text("DATABASE_URL")))
    if pool:
        default["OPTIONS"]["pool"] = {"min_size": 1, "max_size": largest, "timeout": 10}
    else:
        default["CONN_MAX_AGE"] = int(env.duration("DATABASE_AGE", timedelta(seconds=0)).total_seconds())
        default["CONN_HEALTH_CHECKS"] = True
    # In tests both names mean one database: the suite makes it once, see config/testing.py.
    owner["TEST"] = {"MIRROR": "default"}
    return {"default": default, "owner": owner}


def _database(env: Environment, name: str, value: str) -> dict[str, Any]:
    try:
        parts = {key: str(part) for key, part in conninfo_to_dict(value).items() if part is not None}
    except psycopg.ProgrammingError:
        wanted = "postgresql://user:password@host/name, or libpq's host=… dbname=…"
        raise WrongSetting(f"{name} is {hide_password(value)!r}; wanted is {wanted}.") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "apparatus"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": {"application_name": "apparatus", **parts},
    }


def cache_settings(env: Environment) -> dict[str, dict[str, Any]]:
    """Valkey when CACHE_URL names one, else each process its own memory."""
    if env.given("CACHE_URL") is None:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    address = env.url("CACHE_URL", schemes=["redis", "rediss", "unix"])
    return {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address}}


def email_settings(env: Environment) -> dict[str, Any]:
    """console: · file:///folder · smtp://user:password@host:25 · smtp+tls://… (STARTTLS) · smtps://… (TLS at once)."""
    address = env.url("EMAIL_URL", "console:", schemes=["console", "file", "smtp", "smtp+tls", "smtps"])
    parts = split(address, ["console", "file", "smtp", "smtp+tls", "smtps"])
    assert parts is not None
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": BACKEND + "console.EmailBackend"}
    if parts.scheme == "file":
        return {"EMAIL_BACKEND": BACKEND + "filebased.EmailBackend", "EMAIL_FILE_PATH": unquote(parts.path)}
    if not parts.hostname:
        raise WrongSetting(f"EMAIL_URL is {hide_password(address)!r}; wanted is a host name, as in smtp://mail:25.")
    timeout = parse_qs(parts.query).get("timeout", ["10"])[0]
    return {
        "EMAIL_BACKEND": BACKEND + "smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": int(timeout) if timeout.isdigit() else 10,
    }
