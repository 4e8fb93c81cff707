"""A candidate with all that is known of it, and its row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...schemas.code import DEPENDENCY_KINDS, sample_id, snapshot_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...programs.dependencies import Dependency
    from .harvest import Candidate

FROM_DOCSTRING = "docstring"
_COMMENT = re.compile(r"""(?:^|(?<=[,(:\s]))\s*#[^"']*$""")


def one_line(lines: Sequence[str]) -> str:
    """A signature on one line; comments that stand alone or behind a comma are left out."""
    kept = [_COMMENT.sub("", line).strip() for line in lines]
    return " ".join(part for part in kept if part)


@dataclass(frozen=True)
class Sample:
    """A function of the release."""

    candidate: Candidate
    window: str
    code: str
    """Its lines as the file has them."""
    signature: str
    """On one line."""
    functionality: str | None
    arguments: str | None
    requirement_from: str | None
    dependencies: tuple[Dependency, ...]
    domain: tuple[str, ...]
    domain_evidence: tuple[str, ...]
    document: str
    """Its own document in the corpus."""
    docstring_document: str | None
    tests: tuple[str, ...] = ()
    tests_from: str | None = None
    executable: bool = False

    @property
    def repository(self) -> str:
        """Name of its repository."""
        return self.candidate.harvest.snapshot.repository

    @property
    def id(self) -> str:
        """Identifier, stable over versions."""
        return sample_id(self.repository, self.candidate.namespace)

    @property
    def snapshot(self) -> str:
        """Identifier of its snapshot."""
        return snapshot_id(self.repository, self.candidate.harvest.snapshot.version)

    @property
    def requirement(self) -> str | None:
        """Functionality and arguments as one text."""
        if self.functionality is None:
            return None
        return "\n".join(part for part in (self.functionality, self.arguments) if part)

    @property
    def standalone(self) -> bool:
        """Whether it needs nothing of its repository."""
        return not self.dependencies

    @property
    def dependency_kinds(self) -> list[str]:
        """Kinds of dependencies that it has, in their order."""
        kinds = {item.kind for item in self.dependencies}
        return [kind for kind in DEPENDENCY_KINDS if kind in kinds]

    def row(self) -> dict[str, Any]:
        """As the table has it."""
        function = self.candidate.function
        return {
            "_id": self.id,
            "namespace": self.candidate.namespace,
            "type": function.kind,
            "repository": self.repository,
            "snapshot": self.snapshot,
            "date": self.candidate.date,
            "author_date": self.candidate.author_date,
            "window": self.window,
            "completion_path": self.candidate.module.path,
            "start": function.start,
            "signature_start": function.signature_start,
            "signature_end": function.signature_end,
            "body_start": function.body_start,
            "body_end": function.body_end,
            "indent": function.indent,
            "code_original": self.code,
            "docstring_original": function.docstring,
            "functionality": self.functionality,
            "arguments": self.arguments,
            "requirement_from": self.requirement_from,
            **{kind: [d.name for d in self._of(kind)] for kind in DEPENDENCY_KINDS},
            "locations": [
                f"{d.path}:{d.line}" for kind in DEPENDENCY_KINDS for d in self._of(kind)
            ],
            "standalone": self.standalone,
            "dependency_kinds": self.dependency_kinds,
            "tests": list(self.tests),
            "tests_from": self.tests_from,
            "executable": self.executable,
            "domain": list(self.domain),
            "domain_evidence": list(self.domain_evidence),
            "license": self.candidate.harvest.snapshot.license,
            "digest": function.digest,
        }

    def _of(self, kind: str) -> Sequence[Dependency]:
        return [item for item in self.dependencies if item.kind == kind]
