"""The RAG builder: texts, questions and triples in, the tables of a release out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ...schemas.errors import DataError, UsageError
from ...schemas.rag import CHUNK, PARAGRAPH
from ..rejects import reject_lines
from ..request import BuiltTables
from ..sources.rag.hints import domain_name, is_cleaned, path_domain
from ..sources.rag.records import Asked, Document, Paragraph
from .claims import derive
from .corpus import Corpus
from .facts import Fact, settle
from .ingest import ingest
from .options import options_from
from .quality import NAME, quality_report, to_json
from .questions import Questions, store_made, store_written
from .rules import load_rules
from .tables import store_tables
from .templates import load_templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...schemas.progress import Progress
    from ..request import BuildRequest
    from ..sources.rag.records import Record
    from .facts import Settled
    from .ingest import SourceFile
    from .options import RagOptions
    from .rules import Rules

_ENGINE = "polars"
"""The default, which stands for none here."""
_REPEATED = {CHUNK: "chunk that its domain has already", PARAGRAPH: "paragraph that its domain has"}


@dataclass
class _Collected:
    """Records with their domains."""

    corpus: Corpus = field(default_factory=Corpus)
    asked: list[tuple[SourceFile, Asked, str | None]] = field(
        default_factory=list["tuple[SourceFile, Asked, str | None]"]
    )
    facts: list[Fact] = field(default_factory=list[Fact])


def build_rag(request: BuildRequest, work_dir: Path, progress: Progress) -> BuiltTables:
    """Build the tables that a request asks for.

    Raises:
        UsageError: an option is wrong, or a source does not exist.
        DataError: a file of rules or templates is wrong, or neither question nor text is left.
    """
    if request.engine != _ENGINE:
        raise UsageError(
            "questions are built without a relational engine",
            found=f"--engine {request.engine}",
            hint="leave the option out",
        )
    options = options_from({**request.options, "seed": request.seed})
    rules = load_rules(Path(options.rules) if options.rules else None)
    templates = load_templates(Path(options.templates) if options.templates else None)
    files, records = ingest(request.sources, request.mapping, options, rules.properties, progress)
    collected = _collect(records, rules, options)
    questions = Questions()
    with progress.step("deriving questions"):
        store_written(collected.asked, collected.corpus, questions)
        settled = settle(collected.facts, rules)
        for fact, reason, detail in settled.rejected:
            files[fact.file].reject(reason, detail, fact.line)
        claims = derive(settled, rules, options)
        names = [file.name for file in files]
        wording = (rules, templates)
        store_made(claims, names, collected.corpus, questions, wording, options)
    _check_left(collected.corpus, questions, files)
    with progress.step("checking documents"):
        report = quality_report(collected.corpus, questions, settled, files, options)
    return BuiltTables(
        tables=store_tables(collected.corpus, questions.stored, work_dir),
        sources=[file.entry() for file in files],
        parameters={**options.parameters(), "mapping": dict(request.mapping or {})},
        rejects=_write_rejects(files, work_dir / "rejects.jsonl"),
        documents={NAME: to_json(report)},
        dropped=_dropped(collected.corpus, questions, settled),
        languages=[options.language],
    )


def _collect(
    records: Iterable[tuple[SourceFile, Record]], rules: Rules, options: RagOptions
) -> _Collected:
    collected = _Collected()
    for file, record in records:
        if isinstance(record, Document):
            _add_document(file, record, collected.corpus, options)
            continue
        named = domain_name(record.domain) if record.domain else None
        domain = named or file.domain or options.domain
        if isinstance(record, Asked):
            collected.asked.append((file, record, domain))
        elif isinstance(record, Paragraph):
            collected.corpus.add_paragraph(record.text, domain, file.name, [record.entity])
        else:
            predicate = rules.canonical(record.predicate)
            fact = Fact(domain, record.subject, predicate, record.object, file.number, record.line)
            collected.facts.append(fact)
    return collected


def _add_document(
    file: SourceFile, document: Document, corpus: Corpus, options: RagOptions
) -> None:
    """Cut a text; the file counts as many records as it has chunks."""
    member = document.member
    name = f"{file.name}!{member}" if member else file.name
    hint = path_domain(file.path, file.root, member) if member else file.domain
    lines = options.lines
    if lines is None:
        lines = is_cleaned((member or file.path.name).rsplit("/", 1)[-1])
    lines = lines and document.lined
    found = corpus.add_document(
        document, hint or options.domain, name, lines=lines, options=options
    )
    file.used += found - 1


def _dropped(corpus: Corpus, questions: Questions, settled: Settled) -> dict[str, int]:
    counts = Counter(questions.dropped)
    for kind, count in corpus.repeated.items():
        counts[_REPEATED[kind]] += count
    counts["question that its domain has already"] += questions.repeated
    counts["triple that its domain has already"] += settled.repeated
    return dict(sorted((+counts).items()))


def _check_left(corpus: Corpus, questions: Questions, files: Sequence[SourceFile]) -> None:
    if corpus.documents or questions.stored:
        return
    reasons = Counter(item.reason for file in files for item in file.rejects)
    first = next((item for file in files for item in file.rejects), None)
    told = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
    raise DataError(
        "the sources hold neither a question nor a text",
        place=", ".join(str(file.path) for file in files[:5]),
        found=f"rejected: {told or 'nothing, there is no record'}"
        + (f"; the first: {first.detail}" if first else ""),
        expected="texts, questions with evidence, or triples",
        hint="name the columns of triples in [mapping] of a --config file",
    )


def _write_rejects(files: Sequence[SourceFile], path: Path) -> Path | None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(reject_lines(files))
    return path if path.stat().st_size else None
