"""Compiles the gettext catalogues, locale/*/LC_MESSAGES/*.po to .mo, in Python: no system package is needed."""

import os
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po


class CatalogueError(Exception):
    """A catalogue is not well formed; the sentence says where."""


def compile_all(root: Path) -> list[Path]:
    """Compiles each catalogue that is newer than its result; gives what was written."""
    written = []
    for source in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns <= source.stat().st_mtime_ns:
            _compile(source, target)
            written.append(target)
    return written


def _compile(source: Path, target: Path) -> None:
    """Written beside and renamed: a reader never sees half a catalogue, also when two compile at once."""
    try:
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parent.parent.name, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise CatalogueError(f"{source}: {error}") from error
    for message, errors in catalogue.check():  # a translation that asks for what the original doesn't give
        raise CatalogueError(f"{source}, line {message.lineno}: {errors[0]}")
    making = target.with_name(f"{target.name}.{os.getpid()}")
    with making.open("wb") as stream:
        write_mo(stream, catalogue)
    making.replace(target)


def main(root: Path) -> int:
    """`manage.py compile_catalogues`."""
    try:
        for path in compile_all(root):
            print(path.relative_to(root))
    except CatalogueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
