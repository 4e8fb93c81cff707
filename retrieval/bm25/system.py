"""BM25 as a system: options, index, search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError
from ..numbers import whole_number
from ..run import Run
from .characters import UNICODE_VERSION
from .methods import Formula
from .reference import Reference, check_reference
from .tokenizer import NONE, WORDS, Tokenizer, join_stopwords

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ..aggregation import Aggregation
    from ..texts import Passages, Texts
    from .index import Index

BACKENDS = ("numba", "rank-bm25")


class BM25System:
    """Exact BM25 ranking.

    Scores are float32; a hit is a document that shares at least one term with the query; ties rank
    by document id, descending. Indexing and searching use as many threads as numba is set to
    (``NUMBA_NUM_THREADS``, all cores by default), and rankings are the same whatever their number.

    Args:
        method: formula, one of ``methods.METHODS``.
        k1: saturation of repeated words, 0 or more.
        b: weight of the document's length, from 0 to 1.
        delta: lower bound of bm25+ (1 by default) and bm25l (0.5).
        epsilon: floor of okapi's negative idf, in mean idfs (0.25 by default).
        lucene_norms: cut lengths to the one byte that Lucene keeps of them, to rank as Lucene does.
        tokenizer: ``words``, or ``code``: identifiers and their parts (see ``code_words``).
        min_length: fewest characters of a word; Han and Hiragana characters count whatever it is.
        lowercase: whether words are compared in lower case.
        stopwords: ``none``, names of lists (``en``, ``hi``, ``en+hi``), or the words themselves.
        stemmer: ``none`` or Snowball algorithms (``english``, ``hindi``, ``english+hindi``, …), one
            a script.
        backend: ``numba``, or ``rank-bm25``, the library (methods okapi, bm25+ and bm25l).
        cache: whether the index is built on disk, kept in ``cache.cache_folder`` and memory-mapped
            from there, now and by later systems of the same parameters over the same texts. No
            ranking depends on it, and the specification leaves it out.

    Raises:
        UsageError: an option has no such value, or two options exclude each other.
        MissingDependencyError: stemming without PyStemmer.
    """

    def __init__(
        self,
        *,
        method: str = "lucene",
        k1: float = 1.2,
        b: float = 0.75,
        delta: float | None = None,
        epsilon: float | None = None,
        lucene_norms: bool = False,
        tokenizer: str = WORDS,
        min_length: int = 2,
        lowercase: bool = True,
        stopwords: str | Sequence[str] = NONE,
        stemmer: str = NONE,
        backend: str = "numba",
        cache: bool = False,
    ) -> None:
        if backend not in BACKENDS:
            raise UsageError.from_unknown_name("BM25 backend", backend, BACKENDS)
        named = stopwords if isinstance(stopwords, str) else join_stopwords(stopwords)
        self._formula = Formula(method, k1, b, delta, epsilon, lucene_norms)
        self._tokenizer = Tokenizer(min_length, lowercase, named, stemmer, tokenizer)
        self._backend = backend
        if backend == "rank-bm25":
            check_reference(self._formula)
            if cache:
                raise UsageError("backend rank-bm25 has no cache", hint="backend=numba has one")
        self._cache = cache
        self._opened = False
        self._dense: int | None = None
        self._doc_ids: Any = None
        self._engine: Index | Reference | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> BM25System:
        """Build the system from the options of a specification such as ``bm25:k1=0.9,b=0.4``.

        Raises:
            UsageError: an option is unknown or its value is none it can take.
        """
        values: dict[str, Any] = {}
        for name, text in options.items():
            if name not in _PARSERS:
                raise UsageError.from_unknown_name("option of bm25", name, _PARSERS)
            values[name] = _PARSERS[name](name, text)
        return cls(**values)

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter; null where the method has none of that name."""
        formula, tokenizer = self._formula, self._tokenizer
        return {
            "method": formula.method,
            "k1": formula.k1,
            "b": formula.b,
            "delta": formula.delta,
            "epsilon": formula.epsilon,
            "lucene_norms": formula.lucene_norms,
            "tokenizer": tokenizer.form,
            "min_length": tokenizer.min_length,
            "lowercase": tokenizer.lowercase,
            "stopwords": tokenizer.stopwords,
            "stemmer": tokenizer.stemmer,
            "backend": self._backend,
        }

    @property
    def spec(self) -> str:
        """The specification with the options that are not the default, in one order."""
        default = (BM25System.__init__.__kwdefaults__ or {}) | _method_defaults(
            self._formula.method
        )
        options = [
            f"{name}={_text(value)}"
            for name, value in self.parameters.items()
            if value != default[name]
        ]
        return "bm25" + (":" + ",".join(options) if options else "")

    @property
    def ranks_passages(self) -> bool:
        """Whether ``index_passages`` and ``search_passages`` work: not with backend rank-bm25."""
        return self._backend == "numba"

    def index(self, corpus: Texts) -> None:
        """Index a corpus; an earlier one is forgotten.

        Raises:
            DataError: the corpus holds no document.
        """
        if self._backend == "rank-bm25":
            self._engine = Reference(corpus.texts.to_pylist(), self._tokenizer, self._formula)
        else:
            self._build(corpus.texts, None)
        self._doc_ids = corpus.ids

    def cut(self, corpus: Texts, window: int, stride: int) -> Passages:
        """Cut each document into windows of words, before stop words are dropped.

        With ``tokenizer=code`` every identifier is one word, and is not cut between its parts.

        Raises:
            UsageError: a window or a stride that cannot be.
        """
        from ..passages.windows import word_windows

        return word_windows(corpus, self._tokenizer.whole, window, stride)

    def index_passages(self, passages: Passages) -> None:
        """Index the passages of a corpus, each scored as a text of its own.

        Raises:
            DataError: there is no passage, or a document has more than 65,536.
            UsageError: the backend is rank-bm25.
        """
        self._check_passages()
        self._build(passages.texts, passages.starts)
        self._doc_ids = passages.doc_ids

    def _build(self, strings: Any, passages: NDArray[np.int64] | None) -> None:
        from .build import build_index
        from .cache import cached_index
        from .counts import Utf8
        from .index import thread_count

        texts, threads = Utf8.from_arrow(strings), thread_count()
        made = (texts, self._tokenizer, self._formula, threads)
        self._dense = None
        if self._cache:
            self._engine, self._opened = cached_index(*made, passages=passages)
        else:
            self._engine = build_index(*made, passages=passages)

    def search(self, queries: Texts, k: int) -> Run:
        """Rank the documents for queries, at most k each.

        Raises:
            UsageError: no corpus is indexed, or only its passages, or k is below 1.
        """
        engine = self._indexed()
        if isinstance(engine, Reference):
            _check_depth(k)
            docs, scores = engine.search(queries.texts.to_pylist(), k)
            return Run(queries.ids, self._doc_ids, docs, scores, self.spec)
        if engine.has_passages:
            raise UsageError("passages are indexed", hint="call search_passages, or index(corpus)")
        return self._search(engine, queries, self._doc_ids, k, None)

    def search_others(self, queries: Texts, others: Texts, k: int) -> Run:
        """Rank texts outside the corpus, weighed by its numbers of documents and words.

        A text of the corpus gets the score that it has there; a term that the corpus does not know
        weighs as if one of its documents held it.

        Raises:
            UsageError: no corpus is indexed, or only its passages, the backend is rank-bm25, or k
                is below 1.
        """
        from .build import build_index
        from .counts import Utf8
        from .index import thread_count

        engine = self._indexed()
        if isinstance(engine, Reference) or engine.has_passages:
            raise UsageError(
                "only an index of documents, made by the backend numba, ranks other texts"
            )
        texts = Utf8.from_arrow(others.texts)
        made = build_index(texts, self._tokenizer, self._formula, thread_count(), corpus=engine)
        return self._search(made, queries, others.ids, k, None)

    def search_passages(self, queries: Texts, k: int, aggregation: Aggregation) -> Run:
        """Rank the documents for queries by the scores of all their passages, at most k each.

        A passage that shares no term with the query scores 0; a document is a hit when one of its
        passages shares one.

        Raises:
            UsageError: no passages are indexed, or k is below 1.
        """
        self._check_passages()
        engine = self._indexed()
        if isinstance(engine, Reference) or not engine.has_passages:
            raise UsageError("no passages are indexed", hint="call index_passages first")
        return self._search(engine, queries, self._doc_ids, k, aggregation)

    def _search(
        self,
        engine: Index,
        queries: Texts,
        ids: Any,
        k: int,
        aggregation: Aggregation | None,
    ) -> Run:
        from .counts import Utf8
        from .index import thread_count
        from .search import plan, search

        _check_depth(k)
        texts, threads = Utf8.from_arrow(queries.texts), thread_count()
        docs, scores = search(engine, texts, self._tokenizer, k, threads, aggregation)
        self._dense = plan(engine, len(queries), docs.shape[1], threads).dense
        return Run(queries.ids, ids, docs, scores, self.spec)

    def _check_passages(self) -> None:
        if not self.ranks_passages:
            raise UsageError(
                f"backend {self._backend} does not rank passages", hint="backend=numba does"
            )

    def stats(self) -> dict[str, Any]:
        """What was indexed, and with what.

        ``dense_terms`` is how many terms the last search read as dense rows (no score depends on
        it), null before a search; ``cache`` whether the index was opened or built there.

        Raises:
            UsageError: no corpus is indexed.
        """
        engine = self._indexed()
        facts: dict[str, Any] = {
            "backend": self._backend,
            "unicode": UNICODE_VERSION,
            "documents": len(self._doc_ids),
        }
        if isinstance(engine, Reference):
            return facts
        from .index import thread_count

        return facts | {
            "threads": thread_count(),
            "terms": len(engine.hashes),
            "postings": len(engine.texts),
            "words": int(engine.lengths.sum(dtype="int64")),
            "passages": len(engine.lengths) if engine.has_passages else None,
            "index_bytes": engine.nbytes,
            "shards": len(engine.shards) - 1,
            "dense_terms": self._dense,
            "cache": ("opened" if self._opened else "built") if self._cache else None,
        }

    def _indexed(self) -> Index | Reference:
        if self._engine is None:
            raise UsageError("no corpus is indexed", hint="call index(corpus) first")
        return self._engine


def _check_depth(k: int) -> None:
    if k < 1:
        raise UsageError("k is too small", found=k, expected="1 or more")


def _method_defaults(method: str) -> dict[str, Any]:
    formula = Formula(method)
    return {"delta": formula.delta, "epsilon": formula.epsilon}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"bm25: {name} is not a number", found=text) from None


def _whole_number(name: str, text: str) -> int:
    number = whole_number(text, least=0)
    if number is None:
        raise UsageError(f"bm25: {name} is not a whole number", found=text)
    return number


def _flag(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise UsageError(f"bm25: {name} is neither true nor false", found=text)
    return text == "true"


def _switch(name: str, text: str) -> bool:
    if text not in ("on", "off"):
        raise UsageError(f"bm25: {name} is neither on nor off", found=text)
    return text == "on"


def _word(_name: str, text: str) -> str:
    return text


_PARSERS: dict[str, Callable[[str, str], Any]] = {
    "method": _word,
    "k1": _number,
    "b": _number,
    "delta": _number,
    "epsilon": _number,
    "lucene_norms": _flag,
    "tokenizer": _word,
    "min_length": _whole_number,
    "lowercase": _flag,
    "stopwords": _word,
    "stemmer": _word,
    "backend": _word,
    "cache": _switch,
}
