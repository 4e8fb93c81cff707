"""``domainbench score``: one form of the command for each family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domainbench import commands

if TYPE_CHECKING:
    import argparse
    from argparse import ArgumentParser, _SubParsersAction  # pyright: ignore[reportPrivateUsage]
    from collections.abc import Callable

    _Common = Callable[[ArgumentParser, Callable[[argparse.Namespace], int]], None]


def add_score(verbs: _SubParsersAction[ArgumentParser], add_common: _Common) -> None:
    """Add the command; ``add_common`` adds what every command has."""
    verb = verbs.add_parser("score", help="score answers, code, or visibility in answers")
    families = verb.add_subparsers(title="families", metavar="FAMILY", required=True)
    _add_qa(families, add_common)
    _add_code(families, add_common)
    _add_cseo(families, add_common)
    _add_rag(families, add_common)


def _add_qa(families: _SubParsersAction[ArgumentParser], add_common: _Common) -> None:
    verb = families.add_parser("qa", help="answers to choice questions")
    verb.add_argument("folder", metavar="DIR", help="release folder")
    given = verb.add_mutually_exclusive_group(required=True)
    given.add_argument("--answers", metavar="FILE", help="recorded answers: CSV, JSONL or Parquet")
    given.add_argument(
        "--model", metavar="MODEL", help="local:PATH_OR_NAME or endpoint:NAME@URL, asked now"
    )
    verb.add_argument(
        "--protocol", choices=["loglikelihood", "generation"], default="loglikelihood",
        help="how a model is asked (default: loglikelihood)",
    )  # fmt: skip
    verb.add_argument(
        "-o", "--output", metavar="DIR", help="folder for scores, answers and recorded responses"
    )
    verb.add_argument("--split", default="test", help="split of the questions (default: test)")
    verb.add_argument(
        "--limit", type=int, metavar="N", help="N questions at most, drawn by the seed"
    )
    _add_by(verb, "slice questions by a column; may be repeated (default: every label)")
    verb.add_argument(
        "--interval", choices=["wilson", "cluster"], default="wilson",
        help="of accuracies: Wilson's, or the bootstrap over clusters (default: wilson)",
    )  # fmt: skip
    verb.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the intervals (0)")
    verb.add_argument("--recompute", action="store_true", help="do not use recorded responses")
    add_common(verb, commands.score_qa)


def _add_code(families: _SubParsersAction[ArgumentParser], add_common: _Common) -> None:
    verb = families.add_parser("code", help="completions of functions, or what came of them")
    verb.add_argument("folder", metavar="DIR", nargs="?", help="release folder")
    given = verb.add_mutually_exclusive_group(required=True)
    given.add_argument("--completions", metavar="FILE", help="JSONL of completions, run now")
    given.add_argument(
        "--model", metavar="MODEL", help="local:PATH_OR_NAME or endpoint:NAME@URL, asked now"
    )
    given.add_argument(
        "--check", action="store_true", help="run the functions themselves, and mutants of them"
    )
    given.add_argument(
        "--outcomes", metavar="[NAME=]FILE", action="append",
        help="recorded outcomes of a model, JSONL or Parquet; may be repeated",
    )  # fmt: skip
    given.add_argument(
        "--rates", metavar="FILE[#KEY]", help="pass@1 by domain and model, for DSI: JSON or CSV"
    )
    verb.add_argument("-o", "--output", metavar="DIR", help="folder for scores and outcomes")
    _add_prompting(verb)
    _add_running(verb)
    _add_figures(verb)
    verb.add_argument("--recompute", action="store_true", help="do not use what is recorded")
    add_common(verb, commands.score_code)


def _add_cseo(families: _SubParsersAction[ArgumentParser], add_common: _Common) -> None:
    verb = families.add_parser("cseo", help="visibility of documents in answers")
    verb.add_argument("folder", metavar="DIR", nargs="?", help="release folder")
    verb.add_argument(
        "--engine", default="surrogate", metavar="ENGINE",
        help="what answers: surrogate (default), bm25, dense:MODEL, rrf:… as rankers, "
        "local:PATH_OR_NAME or endpoint:NAME@URL",
    )  # fmt: skip
    verb.add_argument(
        "--first-stage", metavar="SYSTEM", help="ranks what a surrogate or a model is given"
    )
    verb.add_argument(
        "--responses", metavar="FOLDER", help="responses recorded by C-SEO Bench, instead"
    )
    verb.add_argument(
        "-o", "--output", metavar="DIR", help="folder for scores, outcomes and recorded responses"
    )
    verb.add_argument("--plots", metavar="DIR", help="folder for plots (SVG)")
    _add_selecting(verb)
    _add_answering(verb)
    verb.add_argument("--cutoff", type=int, metavar="N", help="citations that gains look at (5)")
    verb.add_argument(
        "--payoff", metavar="P",
        help="of the adoption game: reciprocal_rank (default), cited, word, position, "
        "word_position",
    )  # fmt: skip
    verb.add_argument("--seed", type=int, metavar="N", help="seed of draws and intervals (0)")
    verb.add_argument("--recompute", action="store_true", help="do not use recorded responses")
    add_common(verb, commands.score_cseo)


def _add_rag(families: _SubParsersAction[ArgumentParser], add_common: _Common) -> None:
    verb = families.add_parser("rag", help="yes/no answers without and with retrieved context")
    verb.add_argument("folder", metavar="DIR", nargs="?", help="release folder")
    given = verb.add_mutually_exclusive_group(required=True)
    given.add_argument("--answers", metavar="FILE", help="recorded answers: CSV, JSONL or Parquet")
    given.add_argument(
        "--model", metavar="MODEL", help="local:PATH_OR_NAME or endpoint:NAME@URL, asked now"
    )
    given.add_argument(
        "--logs", metavar="FILE", help="summary of OmniBench-RAG's logs, to work out again"
    )
    verb.add_argument(
        "-o", "--output", metavar="DIR", help="folder for scores, answers and recorded responses"
    )
    verb.add_argument("--system", metavar="SYSTEM", help="retrieves the context (bm25)")
    verb.add_argument(
        "--context", choices=["all", "chunks", "gold"],
        help="what is retrieved from: all documents (default), the knowledge base without gold "
        "paragraphs, or the gold paragraphs given outright",
    )  # fmt: skip
    verb.add_argument(
        "--scope",
        choices=["corpus", "domain"],
        help="whose documents: all (default) or the domain's",
    )
    verb.add_argument("-k", "--top-k", dest="k", type=int, metavar="N", help="documents (3)")
    verb.add_argument("--longest", type=int, metavar="N", help="characters of a document at most")
    verb.add_argument("--split", metavar="S", help="split of the questions (test)")
    verb.add_argument(
        "--domain", dest="domains", metavar="D", action="append", help="one domain; may be repeated"
    )
    verb.add_argument("--limit", type=int, metavar="N", help="N questions at most")
    verb.add_argument("--seed", type=int, metavar="N", help="seed of draws and intervals (0)")
    verb.add_argument("--log-model", metavar="NAME", help="with --logs: runs of one model")
    verb.add_argument("--recompute", action="store_true", help="do not use recorded responses")
    add_common(verb, commands.score_rag)


def _add_selecting(verb: ArgumentParser) -> None:
    group = verb.add_argument_group("what is answered")
    group.add_argument("--split", metavar="S", help="split of the queries (test)")
    group.add_argument(
        "--domain", dest="domains", metavar="D", action="append", help="one domain; may be repeated"
    )
    group.add_argument(
        "--method", dest="methods", metavar="M", action="append",
        help="one method of the release; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--adoption", type=int, metavar="N", action="append",
        help="one number of adopters; may be repeated",
    )  # fmt: skip
    group.add_argument("--limit", type=int, metavar="N", help="N queries of a domain at most")
    group.add_argument(
        "--try", dest="tried", metavar="METHOD", action="append", default=[],
        help="also a method that the release does not have, as outline, FILE.py:CLASS or, with "
        "--model, authoritative; may be repeated",
    )  # fmt: skip
    group.add_argument("--model", metavar="MODEL", help="writes for methods that are tried")
    group.add_argument("--variants", metavar="FILE", help="also rewritten documents of a file")


def _add_answering(verb: ArgumentParser) -> None:
    group = verb.add_argument_group("how it is answered")
    group.add_argument("--depth", type=int, metavar="N", help="rankers: documents ranked (100)")
    group.add_argument("--runs", type=int, metavar="N", help="answers to each episode (1)")
    group.add_argument(
        "--shuffle", action="store_true", default=None,
        help="draw the order of the context for each query and run",
    )  # fmt: skip
    group.add_argument("--relevance", metavar="SYSTEM", help="surrogate: scores texts (bm25)")
    group.add_argument(
        "--weight", type=float, metavar="X", help="surrogate: places a deviation is worth (0.5)"
    )
    group.add_argument("--spread", type=float, metavar="X", help="surrogate: noise, in places")
    group.add_argument("--temperature", type=float, metavar="T", help="models: of draws (0)")
    group.add_argument(
        "--longest", type=int, metavar="N", help="models: characters of a document at most"
    )
    group.add_argument(
        "--price-prompt", type=float, metavar="X", help="models: money for a million tokens read"
    )
    group.add_argument(
        "--price-completion", type=float, metavar="X", help="models: money for a million written"
    )


def _add_prompting(verb: ArgumentParser) -> None:
    group = verb.add_argument_group("asking a model")
    group.add_argument(
        "--setting", default="no_context",
        choices=["no_context", "local_completion", "local_infilling", "retrieved"],
        help="what it sees besides signature and requirement (default: no_context)",
    )  # fmt: skip
    group.add_argument(
        "--format", choices=["chat", "completion"], default="chat",
        help="a request in words, or raw code to go on with (default: chat)",
    )  # fmt: skip
    group.add_argument(
        "--system", metavar="SYSTEM", help="ranks definitions for --setting retrieved"
    )
    group.add_argument("--definitions", type=int, default=5, metavar="N", help="how many (5)")
    group.add_argument("--max-context", type=int, metavar="N", help="characters of context at most")
    group.add_argument(
        "--fim", metavar="TEMPLATE", help="joins {prefix} and {suffix} of raw infilling"
    )
    group.add_argument(
        "--samples", type=int, default=1, metavar="N", help="completions of a task (1)"
    )
    group.add_argument("--temperature", type=float, default=0.0, metavar="T", help="of draws (0)")
    group.add_argument("--top-p", type=float, default=0.95, metavar="P", help="of draws (0.95)")
    group.add_argument(
        "--greedy", action="store_true", help="one greedy completion beside the draws"
    )


def _add_running(verb: ArgumentParser) -> None:
    group = verb.add_argument_group("running code")
    group.add_argument("--seconds", type=float, default=30.0, metavar="S", help="wall time (30)")
    group.add_argument("--memory", type=int, default=2048, metavar="MIB", help="memory (2048)")
    group.add_argument(
        "--isolation", choices=["any", "network", "full"], default="full",
        help="least isolation that is accepted (default: full; any takes the best there is)",
    )  # fmt: skip
    group.add_argument(
        "--environment", choices=["venv", "current"], default="venv",
        help="packages pinned in the manifest, or those of this Python (default: venv)",
    )  # fmt: skip
    group.add_argument(
        "--no-recall", dest="recall", action="store_false", help="do not look up dependencies"
    )


def _add_figures(verb: ArgumentParser) -> None:
    group = verb.add_argument_group("figures")
    group.add_argument(
        "-k", dest="ks", type=int, metavar="K", action="append",
        help="of pass@k and recall@k; may be repeated (default: 1, 3, 5, 10)",
    )  # fmt: skip
    _add_by(group, "slice tasks by a column; may be repeated")
    group.add_argument(
        "--interval", choices=["repository", "task"], default="repository",
        help="what the bootstrap draws (default: repository)",
    )  # fmt: skip
    group.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the intervals (0)")
    group.add_argument(
        "--tasks", metavar="FILE", help="tasks of --outcomes: EvoCodeBench's metadata"
    )
    group.add_argument("--threshold", type=float, metavar="T", help="of DSI (10)")
    group.add_argument(
        "--undefined", type=float, metavar="X", help="DSI of a model without success (undefined)"
    )
    group.add_argument("--published", metavar="FILE[#KEY]", help="table of DSI to compare with")


def _add_by(verb: argparse._ActionsContainer, text: str) -> None:  # pyright: ignore[reportPrivateUsage]
    verb.add_argument("--by", metavar="COLUMN", action="append", help=text)
