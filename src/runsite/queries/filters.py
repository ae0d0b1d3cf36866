"""The filter grammar of searches: text → syntax tree. Pure.

MLflow's grammar, and beyond it ``OR``, ``NOT``, parentheses, ``IN`` and ``IS NULL`` on every
field, numbers compared with params and tags (``params.depth > 3``), and dates as text
(``start_time > '2026-11-01'``)::

    filter  := and (OR and)*
    and     := not (AND not)*
    not     := NOT not | "(" filter ")" | clause
    clause  := field op value | field [NOT] IN "(" value, … ")" | field IS [NOT] NULL
    field   := [entity "."] key          no entity: an attribute
    key     := word | `any text` | "any text"
    op      := = != < <= > >= [NOT] LIKE [NOT] ILIKE

A field that a run does not have makes its clause false, and ``NOT`` turns that into true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from runsite.errors import InvalidValueError, quote
from runsite.queries.syntax import (
    RUNS,
    And,
    Clause,
    Entity,
    Expression,
    Field,
    Kind,
    Not,
    Or,
    Order,
    Vocabulary,
)

__all__ = ["check_max_results", "parse_filter", "parse_order"]

_MAX_DEPTH = 50
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*"|`[^`]*`)
    |(?P<op><=|>=|!=|=|<|>)
    |(?P<mark>[(),])
    |(?P<word>[^\s'"`=!<>(),]+)""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?)", re.IGNORECASE)
_PATTERNS = ("LIKE", "ILIKE")

_ENTITIES = {
    "metric": Entity.METRIC,
    "metrics": Entity.METRIC,
    "param": Entity.PARAM,
    "params": Entity.PARAM,
    "parameter": Entity.PARAM,
    "parameters": Entity.PARAM,
    "tag": Entity.TAG,
    "tags": Entity.TAG,
    "attribute": Entity.ATTRIBUTE,
    "attributes": Entity.ATTRIBUTE,
    "attr": Entity.ATTRIBUTE,
    "run": Entity.ATTRIBUTE,
    "dataset": Entity.DATASET,
    "datasets": Entity.DATASET,
}
_KINDS = {Entity.METRIC: Kind.NUMBER, Entity.PARAM: Kind.LOOSE, Entity.TAG: Kind.LOOSE}
_DATASET_KEYS = ("name", "digest", "context")


def parse_filter(text: str, *, vocabulary: Vocabulary = RUNS) -> Expression:
    """Turn a filter into its syntax tree; blank text gives ``And(())``, which is always true.

    Raises:
        InvalidValueError: The text is no filter; the message names the column and what would do.
    """
    _check_text(text, "filter")
    parser = _Parser(text, vocabulary, "filter")
    if parser.is_done():
        return And(())
    expression = parser.parse_or(0)
    if not parser.is_done():
        raise parser.error("expected AND, OR or the end")
    return expression


def parse_order(text: str, *, vocabulary: Vocabulary = RUNS) -> Order:
    """Turn one item of ``order_by``, such as ``metrics.rmse DESC``, into an `Order`.

    Raises:
        InvalidValueError: The text is no ordering.
    """
    _check_text(text, "order_by")
    parser = _Parser(text, vocabulary, "order_by")
    field = parser.parse_field()
    if field.entity is Entity.DATASET:
        raise InvalidValueError(
            f"cannot order by {quote(text.strip())}: a run may have several datasets",
            where="order_by",
        )
    descending = parser.take_keyword("DESC")
    if not descending:
        parser.take_keyword("ASC")
    if not parser.is_done():
        raise parser.error("expected ASC, DESC or the end")
    return Order(field, descending)


def check_max_results(number: object) -> None:
    """Check the length of a page.

    Raises:
        InvalidValueError: It is no whole number, or less than 1.
    """
    if not isinstance(number, int) or number < 1:
        raise InvalidValueError(
            f"max_results must be a whole number, at least 1, not {quote(number)}"
        )


def _check_text(text: object, place: str) -> None:
    if not isinstance(text, str):
        raise InvalidValueError(f"{place} must be text, not {type(text).__name__} {quote(text)}")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


class _Parser:
    """Recursive descent over one text. Lives for one parse."""

    def __init__(self, text: str, vocabulary: Vocabulary, place: str) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self._place = place
        self._position = 0
        self._tokens = self._scan()

    def _scan(self) -> list[_Token]:
        tokens, position = [], 0
        while position < len(self._text):
            match = _TOKEN.match(self._text, position)
            if match is None:
                raise self._problem("a quote or an operator is incomplete", position)
            if match.lastgroup != "space":
                tokens.append(_Token(match.lastgroup or "", match.group(), position, match.end()))
            position = match.end()
        return tokens

    def _peek(self) -> _Token | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def is_done(self) -> bool:
        return self._peek() is None

    def take_keyword(self, word: str) -> bool:
        token = self._peek()
        if token is None or token.kind != "word" or token.text.upper() != word:
            return False
        self._position += 1
        return True

    def _take_mark(self, mark: str) -> bool:
        token = self._peek()
        if token is None or token.kind != "mark" or token.text != mark:
            return False
        self._position += 1
        return True

    def error(self, expected: str) -> InvalidValueError:
        token = self._peek()
        found = f", found {quote(token.text)}" if token else ", found the end"
        return self._problem(expected + found, token.start if token else len(self._text))

    def _problem(self, text: str, position: int, hint: str | None = None) -> InvalidValueError:
        return InvalidValueError(
            f"{self._place} {quote(self._text)}: {text}",
            where=f"{self._place}, column {position + 1}",
            hint=hint,
        )

    def parse_or(self, depth: int) -> Expression:
        if depth > _MAX_DEPTH:
            raise self._problem(f"nested deeper than {_MAX_DEPTH} levels", 0)
        parts = [self._parse_and(depth)]
        while self.take_keyword("OR"):
            parts.append(self._parse_and(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _parse_and(self, depth: int) -> Expression:
        parts = [self._parse_not(depth)]
        while self.take_keyword("AND"):
            parts.append(self._parse_not(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _parse_not(self, depth: int) -> Expression:
        negated = False
        while self.take_keyword("NOT"):
            negated = not negated
        if self._take_mark("("):
            inner = self.parse_or(depth + 1)
            if not self._take_mark(")"):
                raise self.error("expected ')'")
        else:
            inner = self._parse_clause()
        return Not(inner) if negated else inner

    def parse_field(self) -> Field:
        token = self._peek()
        if token is None or token.kind not in ("word", "quoted"):
            raise self.error("expected a field such as metrics.rmse")
        self._position += 1
        if token.kind == "quoted":
            return self._make_field("", _unquote(token.text), token)
        head, dot, key = token.text.partition(".")
        if not dot:
            return self._make_field("", head, token)
        following = self._peek()
        if not key and following and following.kind == "quoted" and following.start == token.end:
            self._position += 1
            key = _unquote(following.text)
        return self._make_field(head, key, token)

    def _make_field(self, head: str, key: str, token: _Token) -> Field:
        entity = _ENTITIES.get(head.lower()) if head else Entity.ATTRIBUTE
        known = self._vocabulary.entities | {Entity.ATTRIBUTE}
        if entity is None or entity not in known:
            names = ", ".join(sorted(known))
            raise self._problem(
                f"unknown entity {quote(head)}", token.start, f"use one of: {names}"
            )
        if not key:
            raise self._problem(f"{quote(token.text)} names no key", token.start)
        if entity is Entity.ATTRIBUTE:
            return self._make_attribute(key, token)
        if entity is Entity.DATASET:
            if key not in _DATASET_KEYS:
                hint = f"use one of: {', '.join(_DATASET_KEYS)}"
                raise self._problem(f"unknown dataset field {quote(key)}", token.start, hint)
            return Field(entity, key, Kind.TEXT)
        return Field(entity, key, _KINDS[entity])

    def _make_attribute(self, key: str, token: _Token) -> Field:
        vocabulary = self._vocabulary
        name = vocabulary.aliases.get(key, key)
        kind = vocabulary.attributes.get(name)
        if kind is None:
            hint = f"the attributes of {vocabulary.what} are {', '.join(vocabulary.attributes)}"
            if Entity.METRIC in vocabulary.entities:
                hint += f"; or is it metrics.{key}, params.{key} or tags.{key}?"
            raise self._problem(f"unknown attribute {quote(key)}", token.start, hint)
        return Field(Entity.ATTRIBUTE, name, kind)

    def _parse_clause(self) -> Clause:
        field = self.parse_field()
        if self.take_keyword("IS"):
            op = "IS NOT NULL" if self.take_keyword("NOT") else "IS NULL"
            if not self.take_keyword("NULL"):
                raise self.error("expected NULL")
            return Clause(field, op)
        negation = "NOT " if self.take_keyword("NOT") else ""
        if self.take_keyword("IN"):
            return Clause(field, f"{negation}IN", self._parse_list(field))
        for word in _PATTERNS:
            if self.take_keyword(word):
                return Clause(field, negation + word, self._parse_pattern(field))
        token = self._peek()
        if negation or token is None or token.kind != "op":
            raise self.error("expected a comparison (= != < <= > >= LIKE ILIKE IN, IS NULL)")
        self._position += 1
        return Clause(field, token.text, self._parse_value(field, token.text))

    def _parse_list(self, field: Field) -> tuple[float | str, ...]:
        if not self._take_mark("("):
            raise self.error("expected '('")
        values: list[float | str] = []
        while not self._take_mark(")"):
            if values and not self._take_mark(","):
                raise self.error("expected ',' or ')'")
            values.append(self._parse_value(field, "="))
        return tuple(values)

    def _parse_pattern(self, field: Field) -> str:
        token = self._peek()
        if field.kind in (Kind.NUMBER, Kind.TIME):
            raise self._problem(
                f"{field.entity}.{field.key} is a {field.kind}: LIKE is for text",
                token.start if token else len(self._text),
            )
        value = self._parse_value(field, "=")
        if not isinstance(value, str):
            raise self._problem("LIKE needs a pattern in quotes", token.start if token else 0)
        return value

    def _parse_value(self, field: Field, op: str) -> float | str:
        token = self._peek()
        if token is None or token.kind not in ("text", "quoted", "word"):
            raise self.error("expected a value")
        value = _read_value(token)
        if value is None:
            raise self._problem(
                f"{quote(token.text)} is neither a number nor text in quotes",
                token.start,
                f"write '{token.text}' for text",
            )
        self._position += 1
        if isinstance(value, str):
            return self._check_text(value, field, op, token)
        if field.kind is Kind.TEXT:
            raise self._problem(
                f"{field.entity}.{field.key} is text: {quote(token.text)} must be in quotes",
                token.start,
            )
        return value

    def _check_text(self, value: str, field: Field, op: str, token: _Token) -> float | str:
        name = f"{field.entity}.{field.key}"
        if field.kind is Kind.NUMBER:
            hint = "write the number without quotes"
            raise self._problem(
                f"{name} is a number, not the text {quote(value)}", token.start, hint
            )
        if field.kind is Kind.TIME:
            time_ms = _parse_time(value)
            if time_ms is None:
                hint = "write milliseconds since 1970, or a date such as '2026-11-23' (UTC)"
                raise self._problem(f"{quote(value)} is no time", token.start, hint)
            return time_ms
        if op not in ("=", "!="):
            hint = "text has = and !=; write a number without quotes to compare numbers"
            raise self._problem(f"{name} cannot be compared by {op} with text", token.start, hint)
        return value


def _unquote(text: str) -> str:
    inner, mark = text[1:-1], text[0]
    return inner if mark == "`" else inner.replace(mark * 2, mark)


def _read_value(token: _Token) -> float | str | None:
    if token.kind == "text" or (token.kind == "quoted" and token.text[0] == '"'):
        return _unquote(token.text)
    if token.kind == "word" and _NUMBER.fullmatch(token.text):
        return float(token.text)
    return None


def _parse_time(text: str) -> float | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return time.timestamp() * 1000
