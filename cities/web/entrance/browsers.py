"""A browser in words, as far as it says: enough to tell one's own from a stranger's."""

from __future__ import annotations

from django.utils.translation import gettext as _

BROWSERS = [("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
]  # fmt: skip


def named(browser: str) -> str:
    """“Firefox on Windows”, or what it calls itself."""
    program = next((name for sign, name in BROWSERS if sign in browser), "")
    system = next((name for sign, name in SYSTEMS if sign in browser), "")
    if program and system:
        return _("%(program)s on %(system)s") % {"program": program, "system": system}
    return program or system or browser[:60] or _("a browser that does not say what it is")
