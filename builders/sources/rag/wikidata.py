"""Lines of a Wikidata JSON dump: entities with labels, descriptions and claims.

The layout is that of https://doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html: an entity
a line, with or without the brackets and commas of an array around them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..fields import RecordError, object_in, objects_in, text_in
from ..record import Reject, Skip
from ..streams import MAX_RECORD, Meter, lines
from ..texts import fold
from .records import Paragraph, Triple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ..streams import Source

FORMAT = "wikidata"
_EVERY_LANGUAGE = "mul"
"""Labels that Wikidata keeps for all languages at once."""
UNRESOLVED = "claim with an id that has no label here"
LESSER = "claim of a lesser rank"
NO_ITEM = "claim whose value is no item"
NO_LABEL = "entity without a label in the language"


@dataclass(slots=True)
class _Entity:
    id: str
    label: str | None
    description: str | None
    line: int
    is_property: bool
    claims: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Property and item, by id."""


def is_wikidata(names: Collection[str]) -> bool:
    """Whether the keys at the head of a file are those of entities."""
    return set(names) >= {"type", "id", "labels"}


def read_wikidata(
    source: Source, meter: Meter, language: str, properties: Mapping[str, str]
) -> Iterator[Triple | Paragraph | Reject | Skip]:
    """Triples of a file's claims, and a paragraph for each entity that has a description.

    Labels are those of the file's entities, of properties also those given. An entity whose label
    another one has too goes by label and description, or by label and id. Of the claims on a
    property, those of the best rank count.

    Args:
        source: what to read.
        meter: counts the bytes read.
        language: ISO 639-1 code of labels and descriptions.
        properties: id of a property → its name, for those that the file has no entity of.
    """
    entities: list[_Entity] = []
    skipped: Counter[str] = Counter()
    with source.open(meter) as stream:
        for line in lines(stream):
            try:
                values = _parsed(line.content, line.length)
                if values is not None:
                    entities.append(_entity(values, line.number, language, skipped))
            except RecordError as error:
                yield Reject(error.reason, error.detail, line.number, line.offset)
    names = {**properties, **_names(entities)}
    for entity in entities:
        yield from _records(entity, names, skipped)
    for reason, count in sorted(skipped.items()):
        for _ in range(count):
            yield Skip(reason)


def _parsed(content: bytes, length: int) -> dict[str, Any] | None:
    if not content:
        raise RecordError("record too large", f"{length:,} bytes, at most {MAX_RECORD:,}")
    text = content.strip().rstrip(b",")
    if text in {b"", b"[", b"]"}:
        return None
    try:
        values = json.loads(text.decode("utf-8"))
        json.dumps(values, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise RecordError("not valid UTF-8", str(error)[:200]) from None
    except (ValueError, RecursionError) as error:
        raise RecordError("not valid JSON", str(error)[:200]) from None
    if not isinstance(values, dict):
        raise RecordError("not a JSON object", f"found {text[:20]!r}")
    return values


def _entity(values: dict[str, Any], line: int, language: str, skipped: Counter[str]) -> _Entity:
    key = text_in(values, "id")
    if key is None:
        raise RecordError("entity without an id", f"keys {', '.join(sorted(values))[:100]}")
    entity = _Entity(
        key,
        _text(values, "labels", language),
        _text(values, "descriptions", language),
        line,
        values.get("type") == "property",
    )
    claims = values.get("claims") or {}  # an empty one is written as a list
    if not isinstance(claims, dict):
        raise RecordError("field of the wrong type", "claims is no object")
    for name in sorted(claims):
        entity.claims += [(name, item) for item in _items(objects_in(claims, name), skipped)]
    return entity


def _text(values: dict[str, Any], key: str, language: str) -> str | None:
    texts = {} if isinstance(values.get(key), list) else object_in(values, key)
    for code in (language, _EVERY_LANGUAGE):
        found = fold(text_in(object_in(texts, code), "value"))
        if found is not None:
            return found
    return None


def _items(claims: list[dict[str, Any]], skipped: Counter[str]) -> Iterator[str]:
    ranks = {claim.get("rank", "normal") for claim in claims}
    best = "preferred" if "preferred" in ranks else "normal"
    for claim in claims:
        if claim.get("rank", "normal") != best:
            skipped[LESSER] += 1
            continue
        value = object_in(object_in(claim, "mainsnak"), "datavalue")
        if value.get("type") == "wikibase-entityid":
            inner = object_in(value, "value")
            number = inner.get("numeric-id")
            item = text_in(inner, "id") or (f"Q{number}" if number is not None else None)
            if item is not None and item.startswith("Q"):
                yield item
                continue
        skipped[NO_ITEM] += 1


def _names(entities: list[_Entity]) -> dict[str, str]:
    """Id → the name that no other entity goes by."""
    labels = Counter(entity.label for entity in entities if not entity.is_property)
    told = Counter((entity.label, entity.description) for entity in entities)
    names: dict[str, str] = {}
    for entity in entities:
        if entity.label is None:
            continue
        name = entity.label
        if labels[entity.label] > 1 and not entity.is_property:
            alone = entity.description and told[entity.label, entity.description] == 1
            name = f"{name} ({entity.description if alone else entity.id})"
        names[entity.id] = name
    return names


def _records(
    entity: _Entity, names: Mapping[str, str], skipped: Counter[str]
) -> Iterator[Triple | Paragraph]:
    name = names.get(entity.id)
    if entity.is_property:
        return
    if name is None:
        skipped[NO_LABEL] += 1
        skipped[UNRESOLVED] += len(entity.claims)
        return
    if entity.description is not None:
        text = f"{entity.label}: {entity.description}"
        yield Paragraph(name, text, None, entity.line)
    for key, item in dict.fromkeys(entity.claims):
        if key in names and item in names:
            yield Triple(name, names[key], names[item], None, entity.line)
        else:
            skipped[UNRESOLVED] += 1
