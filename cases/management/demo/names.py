"""Names that nobody has: made-up given names, and surnames put together from words, Dutch, French and German."""

from __future__ import annotations

from random import Random

GIVEN_WOMEN = (
    "Avelle", "Brisaude", "Cendra", "Dovine", "Elowisse", "Farvette", "Gloriane", "Hedwine", "Ilvane", "Jorelle",
    "Kaltine", "Lumienne", "Merelda", "Nevisse", "Orlinde", "Perlane", "Quiselle", "Rovina", "Sunnevie", "Tamisse",
    "Ulvette", "Velda", "Wolmina", "Xandrine", "Ysmelle", "Zilvane", "Khelissa", "Chadwa", "Joumelle", "Yunessa",
)  # fmt: skip
GIVEN_MEN = (
    "Arvold", "Bastinel", "Corvin", "Dazmir", "Elvano", "Fendrik", "Gorvan", "Haldrin", "Ilvano", "Jorvik",
    "Khelmo", "Lorvic", "Mezzian", "Nalvik", "Orsinel", "Pelmar", "Quorvan", "Rubazio", "Sjelmo", "Tavik",
    "Uldrin", "Vasmir", "Wendrik", "Xelmar", "Youmvar", "Zandrik", "Chaldoun", "Yazmel", "Qarvin", "Tjelmar",
)  # fmt: skip
#: What nobody was ever called, said in the two languages of most of the cities, and in the third.
_DUTCH = (
    ("Zand", "Maan", "Wolken", "Sterren", "Koper", "Lente", "Nevel", "Honing", "Glas", "Regen", "Wimpel", "Sneeuw",
     "Kruid", "Zilver", "Morgen", "Avond"),
    ("vlinder", "fluiter", "lantaarn", "orgel", "vuurtoren", "zeilboot", "notenkraker", "parasol", "vogelhuis",
     "kompas", "waterrad", "luchtballon", "paraplu", "zonnebloem"),
)  # fmt: skip
_FRENCH = (
    ("Mont", "Val", "Bois", "Ruisse", "Brume", "Ciel", "Pluie", "Lune", "Vent", "Neige", "Cuivre", "Nuage"),
    ("clairval", "papillon", "lanterne", "cerfvolant", "parapluie", "tournesol", "boussole", "moulinet", "flocon",
     "hirondelle", "parasol", "girouette", "luciole"),
)  # fmt: skip
_GERMAN = (
    ("Nebel", "Wolken", "Silber", "Kupfer", "Regen", "Morgen"),
    ("laterne", "schirm", "leuchtturm", "kompass", "windrad", "drachenflieger"),
)
_LANGUAGE = {"nl": _DUTCH, "fr": _FRENCH, "de": _GERMAN}

#: How one and the same name is written by one hand and by another.
_SPELLINGS = (
    ("Kh", "Ch"), ("Ch", "Sj"), ("Sj", "Sh"), ("Tj", "Ch"), ("You", "Joe"), ("Jou", "Yu"), ("Yu", "Joe"), ("Y", "J"),
    ("J", "Y"), ("Q", "K"), ("K", "C"), ("C", "K"), ("Z", "S"), ("W", "V"), ("V", "W"),
)  # fmt: skip


def surnames(language: str) -> list[str]:
    """Every surname of a language."""
    first, second = _LANGUAGE[language]
    return [one + other for one in first for other in second]


def surname(rng: Random, languages: str) -> str:
    """A surname of one of the languages of a city ("fr nl")."""
    first, second = _LANGUAGE[rng.choice(languages.split())]
    return rng.choice(first) + rng.choice(second)


def given(rng: Random, sex: str) -> str:
    """A given name."""
    return rng.choice(GIVEN_WOMEN if sex == "F" else GIVEN_MEN)


def other_spelling(name: str) -> str:
    """The name as somebody else would write it."""
    for one, other in _SPELLINGS:
        if name.startswith(one):
            return other + name[len(one) :]
    return name.replace("ll", "l") if "ll" in name else name + "e"
