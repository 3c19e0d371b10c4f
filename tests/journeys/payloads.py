"""Five hundred texts that would run something if a page took them for its own: so many ways, out of so many places."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

#: Stands in each text as an attribute: an element that has it was made of what somebody typed.
MARK = "data-ran"

#: Ways to run something. `N` is the number of the text, which it says when it runs.
VECTORS = (
    "<script data-ran>__ran(N)</script>",
    "<script data-ran src='data:text/javascript,__ran(N)'></script>",
    "<img data-ran src=x onerror=__ran(N)>",
    "<svg data-ran onload=__ran(N)></svg>",
    "<svg data-ran><animate onbegin=__ran(N) attributeName=x dur=1s></svg>",
    "<svg data-ran><script>__ran(N)</script></svg>",
    "<details data-ran open ontoggle=__ran(N)>x</details>",
    "<input data-ran autofocus onfocus=__ran(N)>",
    "<select data-ran autofocus onfocus=__ran(N)></select>",
    "<iframe data-ran srcdoc='<script>parent.__ran(N)</script>'></iframe>",
    "<iframe data-ran src='javascript:parent.__ran(N)'></iframe>",
    "<video data-ran src=x onerror=__ran(N)></video>",
    "<audio data-ran src=x onerror=__ran(N)></audio>",
    "<video data-ran><source src=x onerror=__ran(N)></video>",
    "<object data-ran data='x' onerror=__ran(N)></object>",
    "<math data-ran><mtext><img src=x onerror=__ran(N)></mtext></math>",
    "<body data-ran onpageshow=__ran(N)>",
    "<marquee data-ran onstart=__ran(N)>x</marquee>",
    "<a data-ran href='javascript:__ran(N)' autofocus onfocus=__ran(N)>x</a>",
    "<form data-ran action='javascript:__ran(N)'><button autofocus onfocus=__ran(N)>x</button></form>",
    "<b data-ran style='animation:ran 1s' onanimationstart=__ran(N)>x</b><style>@keyframes ran{}</style>",
    "<meta data-ran http-equiv=refresh content='0;url=javascript:__ran(N)'>",
    "<b data-ran hx-get=/health hx-trigger=load hx-on::before-request=__ran(N)>x</b>",
    " onfocus=__ran(N) autofocus data-ran tabindex=0 x=",
    "{{ x.constructor.constructor('__ran(N)')() }}${__ran(N)}{% include 'data-ran' %}",
)

#: Ways out of where a text stands.
CONTEXTS = (
    "", '"', "'", '">', "'>", "</textarea>", "</title>", "</script>", "</style>", "</option></select>", "</template>",
    "</noscript>", "-->", "]]>", "\\\">", "&quot;&gt;", "%22%3E", "</p></li></ul>", "</td></table>",
    "{% endautoescape %}",
)  # fmt: skip

PAYLOADS = tuple(
    context + vector.replace("(N)", f"({number * len(VECTORS) + place})")
    for number, context in enumerate(CONTEXTS)
    for place, vector in enumerate(VECTORS)
)


class Texts:
    """Hands the texts out in turn: one that fits into a short field, or as many as fit into a long one."""

    def __init__(self) -> None:
        self.turn = deque(PAYLOADS)
        self.given: set[str] = set()

    def short(self, most: int) -> str:
        """The next that is short enough."""
        return self._give(next(one for one in self.turn if len(one) <= most))

    def long(self, size: int = 1900) -> str:
        """The next ones, a line each, as many as fit."""
        found, length = ["So it was said here:"], 25
        while (length := length + len(self.turn[0]) + 1) <= size:
            found.append(self._give(self.turn[0]))
        return "\n".join(found)

    def _give(self, one: str) -> str:
        """It has had its turn: the others come first now."""
        self.turn.remove(one)
        self.turn.append(one)
        self.given.add(one)
        return one

    def several(self, number: int, most: int) -> Iterator[str]:
        """So many short ones."""
        return (self.short(most) for _ in range(number))
