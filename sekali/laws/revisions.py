"""Laws of the revisions."""

import json
from collections.abc import Iterator
from itertools import chain

from sekali.compatibility import MODES, InvalidSchema, Node, compare, parse
from sekali.laws.ground import Ground, enums, fields, namespace, records

# UU 24/2013 art. 84(1) with art. 58(2): disability, fingerprint, iris, signature, shame; blood group is health data.
PROTECTED = ("blood", "darah", "disabilit", "cacat", "biometr", "fingerprint", "sidik_jari", "sidik jari", "iris",
             "retina", "signature", "tanda_tangan", "tanda tangan", "aib", "shame")  # fmt: skip


def compatible(ground: Ground, topic: str) -> Iterator[str]:
    """Each revision is compatible with all before it, under the card's mode, sealed groups looked into."""
    mode = ground.catalogue.cards[topic].compatibility
    assert mode in MODES
    nodes: list[Node] = []
    for revision in ground.catalogue.revisions[topic]:
        try:
            node = parse(revision.schema)
        except InvalidSchema as wrong:
            yield f"{ground.place(revision)}: {wrong}"
            return
        for finding in compare(mode, node, nodes):
            yield f"{ground.place(revision)}, field {finding.reason.path or '(record)'}: {finding}"
        nodes.append(node)


def names(ground: Ground, topic: str) -> Iterator[str]:
    """Records live in the topic's namespace, groups too, and a record is called the same in each revision."""
    first = ground.catalogue.revisions[topic][0]
    for revision in ground.catalogue.revisions[topic]:
        place = ground.place(revision)
        if revision.schema["name"] != first.schema["name"]:
            yield f"{place}: the record is called {revision.schema['name']}. Keep {first.schema['name']}."
        for where, record in [("", revision.schema), *((group.name, group.inner) for group in revision.sealed)]:
            if record.get("namespace") != namespace(topic):
                yield f"{place}, field {where or '(record)'}: its namespace must be {namespace(topic)}. Correct it."


def sealed_shape(ground: Ground, topic: str) -> Iterator[str]:
    """A sealed field is ["null", sealed bytes] with default null, at the top of the record, and seals a record."""
    for revision in ground.catalogue.revisions[topic]:
        place, top = ground.place(revision), {group.name for group in revision.sealed}
        for path, field in fields(revision.schema):
            if "sealed" not in json.dumps(field["type"]) or path.partition(".")[0] in top - {path}:
                continue
            kind = field["type"]
            shaped = isinstance(kind, list) and len(kind) == 2 and kind[0] == "null" and field.get("default", 0) is None
            if path not in top or not shaped or kind[1]["seals"].get("type") != "record":
                yield f'{place}, field {path}: it must be ["null", sealed record], default null. Write it so.'


def unknown_first(ground: Ground, topic: str) -> Iterator[str]:
    """Each enum begins with UNKNOWN, its default, so that a new symbol never breaks a reader."""
    for revision in ground.catalogue.revisions[topic]:
        for path, field in fields(revision.schema):
            for enum in enums(field["type"]):
                if enum["symbols"][:1] != ["UNKNOWN"] or enum.get("default") != "UNKNOWN":
                    yield (
                        f"{ground.place(revision)}, field {path}: enum {enum['name']} must begin with UNKNOWN and have "
                        "it as its default. Add both before it is published."
                    )


def described(ground: Ground, topic: str) -> Iterator[str]:
    """Each field says in words what it is, and has a label in Indonesian and in English."""
    for revision in ground.catalogue.revisions[topic]:
        for path, field in fields(revision.schema):
            if not field.get("doc"):
                yield f"{ground.place(revision)}, field {path}: it has no doc. Say in a sentence what it holds."
            label = field.get("label")
            if not isinstance(label, dict) or not label.get("id") or not label.get("en"):
                yield f'{ground.place(revision)}, field {path}: it has no label. Add {{"id": "...", "en": "..."}}.'


def ascii_only(ground: Ground, topic: str) -> Iterator[str]:
    """Schemas are ASCII: JSON libraries differ in escaping, and the fingerprint is over the text."""
    for revision in ground.catalogue.revisions[topic]:
        for path, field in chain([("(record)", revision.schema)], fields(revision.schema)):
            if not json.dumps(field, ensure_ascii=False).isascii() and not any(records(field.get("type"))):
                yield f"{ground.place(revision)}, field {path}: a letter is not ASCII. Write it plainly."


def nothing_protected(ground: Ground, topic: str) -> Iterator[str]:
    """Data that the law protects never travels: blood group, disability, biometrics, signature, data of shame."""
    for revision in ground.catalogue.revisions[topic]:
        for path, field in fields(revision.schema):
            symbols = [symbol for enum in enums(field["type"]) for symbol in enum["symbols"]]
            words = f"{field['name']} {field.get('label')} {field.get('doc')} {symbols}".lower()
            found = next((word for word in PROTECTED if _says(words, word)), None)
            if found:
                yield f"{ground.place(revision)}, field {path}: it speaks of {found!r}, which never travels. Remove it."


def _says(text: str, word: str) -> bool:
    start = text.find(word)
    while start >= 0:
        if start == 0 or not text[start - 1].isalpha():
            return len(word) > 4 or not text[start + len(word) : start + len(word) + 1].isalpha()
        start = text.find(word, start + 1)
    return False
