"""The guides in docs/, and the code that they show."""

import re
from pathlib import Path

from stack import ROOT


def shown(guide: str, heading: str, language: str) -> list[str]:
    """The pieces of code in this language that a guide shows under this heading, in order."""
    pieces: list[str] = []
    code: list[str] = []
    inside: str | None = None
    under_it = False
    for line in (ROOT / "docs" / guide).read_text().splitlines(keepends=True):
        if inside is not None and line.startswith("```"):
            if under_it and inside == language:
                pieces.append("".join(code))
            inside = None
        elif inside is not None:
            code.append(line)
        elif line.startswith("```"):
            inside, code = line.removeprefix("```").strip(), []
        elif line.startswith("#"):
            under_it = line.lstrip("#").strip() == heading
    return pieces


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made of their texts."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
