"""Requests made at random from the schema: mostly in its shape, sometimes not at all; and what an answer must be."""

from __future__ import annotations

import string
from datetime import timedelta
from random import Random
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

Json = Any

#: Texts that have broken other programs.
NASTY = [
    *["", " ", "\x00", "a\x00b", "\ud800", "\u202egnp", "\ufdfa" * 50, "Z\u0351\u036b\u0343", "\U0001f642" * 300],
    *["null", "-1", "1e999", "NaN", "2026-02-30", "\uff12\uff10\uff12\uff16-01-01", "\u0663", "x" * 25_000],
    *["' OR 1=1 --", "<script>alert(1)</script>", "{{7*7}}", "%s%n", "../../etc/passwd", "\r\nX-Injected: yes"],
]
TEXTS = st.sampled_from(NASTY) | st.text(max_size=40)
DAYS = st.dates().map(str) | st.sampled_from(["0001-01-01", "9999-12-31", "2024-02-29", "2026-11-25"])
NUMBERS = st.integers() | st.sampled_from([0, -1, 1, 2**31, 2**63 - 1, 2**63, 2**64, 10**40])
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


class Shapes:
    """The schema's shapes, as values that fit them and as a judge of values."""

    def __init__(self, schema: Json) -> None:
        self.schema = schema

    def resolved(self, shape: Json) -> Json:
        while "$ref" in shape:
            shape = self.schema["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]]
        return shape

    def values(self, shape: Json, known: dict[str, list[int]], name: str = "") -> st.SearchStrategy[Json]:
        """Values in the shape nine times out of ten; numbers are often those of something that is there."""
        return st.integers(0, 9).flatmap(lambda luck: ANYTHING if luck == 0 else self._fitting(shape, known, name))

    def _fitting(self, shape: Json, known: dict[str, list[int]], name: str) -> st.SearchStrategy[Json]:
        shape = self.resolved(shape)
        found = self._of_its_kind(shape, known, name)
        return found | st.none() if shape.get("nullable") else found

    def _of_its_kind(self, shape: Json, known: dict[str, list[int]], name: str) -> st.SearchStrategy[Json]:
        for several in ("oneOf", "anyOf", "allOf"):
            if several in shape:
                return st.one_of([self._fitting(one, known, name) for one in shape[several]])
        if "enum" in shape:
            return st.sampled_from(shape["enum"])
        match shape.get("type"):
            case "object":
                return self._objects(shape, known)
            case "array":
                return st.lists(self.values(shape["items"], known, name), max_size=4)
            case "boolean":
                return st.booleans()
            case "integer":
                least, most = shape.get("minimum", -5), shape.get("maximum", 10**6)
                likely = [number for number in known.get(name, [1, 2, 3]) if least <= number <= most]
                return st.sampled_from(likely or [least]) | st.integers(least, most)
            case "string" if shape.get("format") == "date":
                return DAYS
            case "string" if shape.get("format") == "time":
                return st.times().map(str)
        return st.text(string.ascii_letters + " é", min_size=1, max_size=30) | TEXTS

    def _objects(self, shape: Json, known: dict[str, list[int]]) -> st.SearchStrategy[Json]:
        properties = shape.get("properties", {})
        needed = {key: self.values(properties[key], known, key) for key in shape.get("required", [])}
        optional = {key: self.values(value, known, key) for key, value in properties.items() if key not in needed}
        return st.fixed_dictionaries(needed, optional=optional)

    def filled(self, shape: Json, known: dict[str, list[int]], chance: Random, name: str = "") -> Json:
        """One value in the shape, as somebody would send it: all there is to say, in days to come and plain words."""
        shape = self.resolved(shape)
        for several in ("oneOf", "anyOf", "allOf"):
            if several in shape:
                return self.filled(chance.choice(shape[several]), known, chance, name)
        if "enum" in shape:
            return chance.choice([one for one in shape["enum"] if one] or shape["enum"])
        match shape.get("type"):
            case "object":
                return {key: self.filled(one, known, chance, key) for key, one in shape.get("properties", {}).items()}
            case "array":
                return [self.filled(shape["items"], known, chance, name)]
            case "boolean":
                return chance.choice([True, False])
            case "integer":
                return chance.choice(known.get(name, [shape.get("minimum", 1)]))
            case "string" if shape.get("format") == "date":
                return (timezone.localdate() + timedelta(days=chance.randint(-3, 9))).isoformat()
            case "string" if shape.get("format") == "time":
                return "10:00"
        return "Words"

    def faults(self, shape: Json, value: Json) -> list[str]:
        """What of the value the shape forbids."""
        root = {"$ref": "#/root", "root": _draft_2020(shape), "components": _draft_2020(self.schema["components"])}
        return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(root).iter_errors(value)]


def _draft_2020(shape: Json) -> Json:
    """OpenAPI 3.0's `nullable`, as JSON Schema says it."""
    if isinstance(shape, list):
        return [_draft_2020(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    plain = {key: _draft_2020(value) for key, value in shape.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if shape.get("nullable") is True else plain
