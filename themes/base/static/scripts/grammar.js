// The search grammar of the Python API: text → tree, by the rules of queries/filters.py (a browser
// test asks both the same questions and compares the answers, errors included).
//
//   filter  := and (OR and)*           and := not (AND not)*
//   not     := NOT not | "(" filter ")" | clause
//   clause  := field op value | field [NOT] IN ( value, … ) | field IS [NOT] NULL
//            | field [NOT] LIKE text | field [NOT] ILIKE text
(function () {
  "use strict";

  /**
   * @typedef {"metrics" | "params" | "tags" | "attributes" | "datasets"} Entity
   * @typedef {"number" | "text" | "time" | "loose"} Kind params and tags are loose: text that may be a number
   * @typedef {{entity: Entity, key: string, kind: Kind}} Field
   * @typedef {{type: "clause", field: Field, op: string, value: number | string | (number | string)[] | null}} Clause
   * @typedef {{type: "and" | "or", parts: Expression[]}} Junction
   * @typedef {Clause | Junction | {type: "not", part: Expression}} Expression
   * @typedef {{kind: "text" | "quoted" | "op" | "mark" | "word", text: string, start: number, end: number}} Token
   */

  const MAX_DEPTH = 50;
  const DAY_MS = 86_400_000;
  // What Python calls white space, which is not what JavaScript does: no U+FEFF, but U+001C to 001F.
  const TOKEN = /(?<space>[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+)|(?<text>'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*"|`[^`]*`)|(?<op><=|>=|!=|=|<|>)|(?<mark>[(),])|(?<word>[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000'"`=!<>(),]+)/y;
  const NUMBER = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)$/i;
  const TIME = /^(?<year>\d{4})(?<dash>-?)(?:(?<month>\d\d)\k<dash>(?<day>\d\d)|W(?<week>\d\d)(?:\k<dash>(?<weekday>\d(?!\d)))?)(?:[^](?<hour>\d\d)(?:(?<colon>:?)(?<minute>\d\d)(?:\k<colon>(?<second>\d\d)(?:[.,](?<part>\d+))?)?)?(?<zone>Z|[+-]\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?)?)?$/;
  const EDGES = /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;
  const DATASET_KEYS = ["name", "digest", "context"];

  /** @type {Map<string, Entity>} */
  const ENTITIES = new Map(/** @type {[string, Entity][]} */ ([
    ["metric", "metrics"], ["metrics", "metrics"],
    ["param", "params"], ["params", "params"], ["parameter", "params"], ["parameters", "params"],
    ["tag", "tags"], ["tags", "tags"],
    ["attribute", "attributes"], ["attributes", "attributes"], ["attr", "attributes"], ["run", "attributes"],
    ["dataset", "datasets"], ["datasets", "datasets"],
  ]));

  /** @type {Map<string, Kind>} */
  const ATTRIBUTES = new Map(/** @type {[string, Kind][]} */ ([
    ["run_id", "text"], ["run_name", "text"], ["status", "text"], ["user_id", "text"], ["artifact_uri", "text"],
    ["start_time", "time"], ["end_time", "time"], ["duration_s", "number"], ["experiment", "text"], ["experiment_id", "text"],
    ["parent_run_id", "text"], ["lifecycle_stage", "text"], ["source_name", "text"], ["host", "text"], ["git_commit", "text"], ["git_branch", "text"],
  ]));

  const ALIASES = new Map([
    ["run name", "run_name"], ["Run name", "run_name"], ["Run Name", "run_name"], ["id", "run_id"],
    ["created", "start_time"], ["Created", "start_time"], ["user", "user_id"], ["experiment_name", "experiment"],
  ]);

  class QueryError extends Error {
    /** @param {string} problem @param {string} [hint] */
    constructor(problem, hint = "") {
      super(hint ? `${problem} (${hint})` : problem);
      this.problem = problem;
    }
  }

  class Parser {
    /** @param {string} text */
    constructor(text) {
      this.text = text;
      this.place = 0;
      this.tokens = scan(text);
    }

    peek() {
      return /** @type {Token | undefined} */ (this.tokens[this.place]);
    }

    /** @param {string} word */
    takeKeyword(word) {
      const token = this.peek();
      const found = token?.kind === "word" && token.text.toUpperCase() === word;
      if (found) this.place++;
      return found;
    }

    /** @param {string} mark */
    takeMark(mark) {
      const token = this.peek();
      const found = token?.kind === "mark" && token.text === mark;
      if (found) this.place++;
      return found;
    }

    /** @param {string} expected */
    error(expected) {
      const token = this.peek();
      return new QueryError(expected + (token ? `, found ${quote(token.text)}` : ", found the end"));
    }

    /** @param {number} depth @returns {Expression} */
    parseOr(depth) {
      if (depth > MAX_DEPTH) throw new QueryError(`nested deeper than ${MAX_DEPTH} levels`);
      const parts = [this.parseAnd(depth)];
      while (this.takeKeyword("OR")) parts.push(this.parseAnd(depth));
      return parts.length === 1 ? parts[0] : { type: "or", parts };
    }

    /** @param {number} depth @returns {Expression} */
    parseAnd(depth) {
      const parts = [this.parseNot(depth)];
      while (this.takeKeyword("AND")) parts.push(this.parseNot(depth));
      return parts.length === 1 ? parts[0] : { type: "and", parts };
    }

    /** @param {number} depth @returns {Expression} */
    parseNot(depth) {
      let negated = false;
      while (this.takeKeyword("NOT")) negated = !negated;
      /** @type {Expression} */
      let inner;
      if (this.takeMark("(")) {
        inner = this.parseOr(depth + 1);
        if (!this.takeMark(")")) throw this.error("expected ')'");
      } else inner = this.parseClause();
      return negated ? { type: "not", part: inner } : inner;
    }

    /** @returns {Field} */
    parseField() {
      const token = this.peek();
      if (!token || (token.kind !== "word" && token.kind !== "quoted")) throw this.error("expected a field such as metrics.rmse");
      this.place++;
      if (token.kind === "quoted") return makeField("", unquote(token.text), token);
      const dot = token.text.indexOf(".");
      if (dot < 0) return makeField("", token.text, token);
      let key = token.text.slice(dot + 1);
      const following = this.peek();
      if (!key && following?.kind === "quoted" && following.start === token.end) {
        this.place++;
        key = unquote(following.text);
      }
      return makeField(token.text.slice(0, dot), key, token);
    }

    /** @returns {Clause} */
    parseClause() {
      const field = this.parseField();
      if (this.takeKeyword("IS")) {
        const op = this.takeKeyword("NOT") ? "IS NOT NULL" : "IS NULL";
        if (!this.takeKeyword("NULL")) throw this.error("expected NULL");
        return { type: "clause", field, op, value: null };
      }
      const negation = this.takeKeyword("NOT") ? "NOT " : "";
      if (this.takeKeyword("IN")) return { type: "clause", field, op: `${negation}IN`, value: this.parseList(field) };
      for (const word of ["LIKE", "ILIKE"]) {
        if (this.takeKeyword(word)) return { type: "clause", field, op: negation + word, value: this.parsePattern(field) };
      }
      const token = this.peek();
      if (negation || token?.kind !== "op") throw this.error("expected a comparison (= != < <= > >= LIKE ILIKE IN, IS NULL)");
      this.place++;
      return { type: "clause", field, op: token.text, value: this.parseValue(field, token.text) };
    }

    /** @param {Field} field */
    parseList(field) {
      if (!this.takeMark("(")) throw this.error("expected '('");
      /** @type {(number | string)[]} */
      const values = [];
      while (!this.takeMark(")")) {
        if (values.length && !this.takeMark(",")) throw this.error("expected ',' or ')'");
        values.push(this.parseValue(field, "="));
      }
      return values;
    }

    /** @param {Field} field */
    parsePattern(field) {
      if (field.kind === "number" || field.kind === "time") throw new QueryError(`${field.entity}.${field.key} is a ${field.kind}: LIKE is for text`);
      const value = this.parseValue(field, "=");
      if (typeof value !== "string") throw new QueryError("LIKE needs a pattern in quotes");
      return value;
    }

    /** @param {Field} field @param {string} op @returns {number | string} */
    parseValue(field, op) {
      const token = this.peek();
      if (!token || !["text", "quoted", "word"].includes(token.kind)) throw this.error("expected a value");
      const value = readValue(token);
      if (value === null) throw new QueryError(`${quote(token.text)} is neither a number nor text in quotes`, `write '${token.text}' for text`);
      this.place++;
      if (typeof value === "string") return checkText(value, field, op);
      if (field.kind === "text") throw new QueryError(`${field.entity}.${field.key} is text: ${quote(token.text)} must be in quotes`);
      return value;
    }
  }

  /** @param {string} text @returns {Token[]} */
  function scan(text) {
    /** @type {Token[]} */
    const tokens = [];
    for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(text);
      if (!match) throw new QueryError("a quote or an operator is incomplete");
      const [kind] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [""];
      if (kind !== "space") tokens.push({ kind: /** @type {any} */ (kind), text: match[0], start: at, end: TOKEN.lastIndex });
    }
    return tokens;
  }

  /** @param {string} head @param {string} key @param {Token} token @returns {Field} */
  function makeField(head, key, token) {
    const entity = head ? ENTITIES.get(head.toLowerCase()) : "attributes";
    if (!entity) throw new QueryError(`unknown entity ${quote(head)}`, "use one of: attributes, datasets, metrics, params, tags");
    if (!key) throw new QueryError(`${quote(token.text)} names no key`);
    if (entity === "attributes") return makeAttribute(key);
    if (entity === "datasets") {
      if (!DATASET_KEYS.includes(key)) throw new QueryError(`unknown dataset field ${quote(key)}`, `use one of: ${DATASET_KEYS.join(", ")}`);
      return { entity, key, kind: "text" };
    }
    return { entity, key, kind: entity === "metrics" ? "number" : "loose" };
  }

  /** @param {string} key @returns {Field} */
  function makeAttribute(key) {
    const name = ALIASES.get(key) ?? key;
    const kind = ATTRIBUTES.get(name);
    if (!kind) throw new QueryError(`unknown attribute ${quote(key)}`, `is it metrics.${key}, params.${key} or tags.${key}?`);
    return { entity: "attributes", key: name, kind };
  }

  /** @param {string} value @param {Field} field @param {string} op @returns {number | string} */
  function checkText(value, field, op) {
    const name = `${field.entity}.${field.key}`;
    if (field.kind === "number") throw new QueryError(`${name} is a number, not the text ${quote(value)}`, "write the number without quotes");
    if (field.kind === "time") {
      const time = parseTime(value);
      if (time === null) throw new QueryError(`${quote(value)} is no time`, "write milliseconds since 1970, or a date such as '2026-11-23' (UTC)");
      return time;
    }
    if (op !== "=" && op !== "!=") throw new QueryError(`${name} cannot be compared by ${op} with text`, "text has = and !=; write a number without quotes to compare numbers");
    return value;
  }

  /** @param {Token} token @returns {number | string | null} */
  function readValue(token) {
    if (token.kind === "text" || (token.kind === "quoted" && token.text[0] === '"')) return unquote(token.text);
    return token.kind === "word" && NUMBER.test(token.text) ? toNumber(token.text) : null;
  }

  /** @param {string} text that NUMBER matches, or nan */
  function toNumber(text) {
    const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
    if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
    return Number(text);
  }

  /** A param or tag as a number, or null; what Python reads as one. @param {string} text @returns {number | null} */
  function parseLoose(text) {
    const plain = text.replace(EDGES, "");
    if (NUMBER.test(plain)) return toNumber(plain);
    return /^[+-]?nan$/i.test(plain) ? NaN : null;
  }

  /** Monday of a week as ISO 8601 counts them: the first has the year's first Thursday. @param {number} year @param {number} week */
  function startOfWeek(year, week) {
    const fourth = new Date(0);
    fourth.setUTCFullYear(year, 0, 4);
    return fourth.getTime() + ((week - 1) * 7 - ((fourth.getUTCDay() + 6) % 7)) * DAY_MS;
  }

  /** @param {number} year @param {number} week @param {number} weekday */
  function isWeek(year, week, weekday) {
    const thursday = new Date(startOfWeek(year, week) + 3 * DAY_MS);
    return week > 0 && thursday.getUTCFullYear() === year && weekday >= 1 && weekday <= 7;
  }

  /** Milliseconds of an ISO date; without a zone it is UTC. @param {string} text @returns {number | null} */
  function parseTime(text) {
    const found = TIME.exec(text)?.groups;
    if (!found) return null;
    const read = (/** @type {string} */ name, usual = 0) => Number(found[name] ?? usual);
    const [year, month, day, week, weekday] = [read("year"), read("month"), read("day"), read("week"), read("weekday", 1)];
    const [hour, minute, second] = [read("hour"), read("minute"), read("second")];
    const date = new Date(0);
    if (found.month) date.setUTCFullYear(year, month - 1, day);
    else date.setTime(startOfWeek(year, week) + (weekday - 1) * DAY_MS);
    const real = found.month ? date.getUTCMonth() === month - 1 && date.getUTCDate() === day : isWeek(year, week, weekday);
    const offset = readZone(found.zone ?? "");
    if (!real || !year || date.getUTCFullYear() > 9999 || hour > 23 || minute > 59 || second > 59 || Math.abs(offset) >= DAY_MS) return null;
    const within = ((hour * 60 + minute) * 60 + second) * 1000 + Number(`0.${(found.part ?? "0").slice(0, 6)}`) * 1000;
    return date.getTime() + within - offset;
  }

  /** Milliseconds that a zone is ahead of UTC. @param {string} text */
  function readZone(text) {
    const [sign, ...rest] = text.replace(/:/g, "").match(/[+-]|\d\d/g) ?? [];
    const [hours = 0, minutes = 0, seconds = 0] = rest.map(Number);
    return (sign === "-" ? -1000 : 1000) * ((hours * 60 + minutes) * 60 + seconds);
  }

  /** @param {string} text */
  function unquote(text) {
    const inner = text.slice(1, -1);
    return text[0] === "`" ? inner : inner.replaceAll(text[0] + text[0], text[0]);
  }

  /** @param {string} text */
  function quote(text) {
    const shown = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (ch) => `\\u${(ch.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
    return `'${shown.length > 80 ? `${shown.slice(0, 79)}…` : shown}'`;
  }

  /**
   * Parse a filter; blank text is always true.
   * @param {string} text @returns {Expression}
   */
  function parseFilter(text) {
    const parser = new Parser(text);
    if (!parser.tokens.length) return { type: "and", parts: [] };
    const expression = parser.parseOr(0);
    if (parser.peek()) throw parser.error("expected AND, OR or the end");
    return expression;
  }

  /** Whether text is meant as a filter: it compares something. @param {string} text */
  function looksLikeQuery(text) {
    return /[=<>]|\b(like|ilike|in|is)\b\s*["'(`\w]/i.test(text) && /[\w`"]\s*(!=|[=<>]|\s(not\s+)?(like|ilike|in|is)\b)/i.test(text);
  }

  Object.assign(window.runsite, { parseFilter, looksLikeQuery, parseLoose, QueryError });
})();
