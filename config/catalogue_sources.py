"""Gathers what a person reads from the code and the templates, and brings the catalogues up to date, in Python only.

Django turns a template into text that looks like calls of gettext; Babel reads those and the code alike.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po

LANGUAGES = ("nl", "fr", "de")  # English is what the code is written in
ROOTS = ("cities", "cases", "config", "templates")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def gather(root: Path) -> Catalog:
    """Every message in the project, with the files it stands in (no line numbers: they would change every day)."""
    catalogue = Catalog(project="Apparatus", charset="utf-8")
    for path in _sources(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            text = _as_code(text, str(path))
        place = str(path.relative_to(root))
        for _line, function, messages, _comments in extract_python(
            io.BytesIO(text.encode()), KEYWORDS, [], {"encoding": "utf-8"}
        ):
            found = _shape(str(function), messages)
            if found is not None:
                context, message = found
                catalogue.add(message, locations=[(place, None)], context=context)  # type: ignore[list-item]
    return catalogue


def _sources(root: Path) -> Iterator[Path]:
    for name in ROOTS:
        for path in sorted((root / name).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def _as_code(text: str, origin: str) -> str:
    from django.conf import settings

    if not settings.configured:
        settings.configure()
        django.setup()
    from django.utils.translation.template import templatize

    # How a template is indented means nothing, and Python's own reader would stumble over it.
    return "\n".join(line.lstrip() for line in templatize(text, origin=origin).split("\n"))


def _shape(function: str, messages: object) -> tuple[str | None, str | tuple[str, str]] | None:
    """The context and the message (with its plural) of one call; None when it isn't written out as text."""
    given = messages if isinstance(messages, tuple) else (messages,)
    texts = [text for text in given if isinstance(text, str)]
    has_context, has_plural = function.lstrip("n").startswith("p"), function.startswith("n")
    wanted = 1 + has_context + has_plural
    if len(texts) < wanted:
        return None
    context = texts.pop(0) if has_context else None
    if not texts[0]:
        return None
    return context, (texts[0], texts[1]) if has_plural else texts[0]


def update_all(root: Path) -> list[Path]:
    """Brings each language's catalogue up to date: new messages empty, gone ones dropped, translations kept."""
    template = gather(root)
    written = []
    for language in LANGUAGES:
        path = root / "locale" / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = Catalog(locale=language, project="Apparatus", charset="utf-8", fuzzy=False)
        if path.exists():
            with path.open("rb") as stream:
                catalogue = read_po(stream, locale=language)
        catalogue.header_comment = "# What a person reads. Kept up to date by `manage.py update_catalogues`."
        catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        text = io.BytesIO()
        write_po(text, catalogue, width=120, sort_output=True, omit_header=False, include_previous=False)
        lines = [line for line in text.getvalue().decode().splitlines() if not line.startswith(_DATED)]
        path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
        written.append(path)
    return written


#: Header lines that differ from one run to the next, or from one machine to the next, and tell nobody anything.
_DATED = ('"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator', '"Language-Team', '"Report-Msgid-Bugs')


def main(root: Path) -> int:
    """`manage.py update_catalogues`."""
    for path in update_all(root):
        print(path.relative_to(root))
    return 0
