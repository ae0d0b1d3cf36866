// The search grammar of the Python API, over columns: metrics.rmse < 7 and params.booster = "gbtree".
//
//   query  := term (OR term)*          term := factor (AND factor)*
//   factor := NOT factor | ( query ) | column operator value | column IS [NOT] NULL
//           | column [NOT] IN ( value, … )
(function () {
  "use strict";

  /** @typedef {(row: number) => boolean} Test */

  class QueryError extends Error {}

  const TOKEN = /\s*(?:(<=|>=|!=|<>|==|=|<|>|\(|\)|,)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))|((?:[\w-]+|`[^`]*`|\.)+))/y;
  const GROUPS = { metric: "metrics", metrics: "metrics", param: "params", params: "params", parameter: "params", parameters: "params", tag: "tags", tags: "tags", attribute: "run", attributes: "run", attr: "run", run: "run" };
  const ATTRIBUTES = { run_id: "run.id", id: "run.id", run_name: "run.name", name: "run.name", status: "run.status", user: "run.user", user_id: "run.user", start_time: "run.started", started: "run.started", duration: "run.duration", duration_s: "run.duration", source: "run.source", source_name: "run.source", git_commit: "run.commit", commit: "run.commit", parent_run_id: "run.parent" };

  /** @typedef {{kind: "mark" | "text" | "number" | "word", text: string, at: number}} Token */

  /** @param {string} text @returns {Token[]} */
  function tokenize(text) {
    /** @type {Token[]} */
    const tokens = [];
    let at = 0;
    while (text.slice(at).trim()) {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(text);
      if (!match) throw new QueryError(`not understood: ${text.slice(at, at + 20).trim()}`);
      const [, mark, double, single, number, word] = match;
      const quoted = double ?? single;
      if (mark) tokens.push({ kind: "mark", text: mark, at });
      else if (quoted !== undefined) tokens.push({ kind: "text", text: quoted.replace(/\\(.)/g, "$1"), at });
      else if (number) tokens.push({ kind: "number", text: number, at });
      else tokens.push({ kind: "word", text: word, at });
      at = TOKEN.lastIndex;
    }
    return tokens;
  }

  class Parser {
    /** @param {string} text @param {any} runs */
    constructor(text, runs) {
      this.tokens = tokenize(text);
      this.runs = runs;
      this.place = 0;
    }

    /** @returns {Test} */
    parse() {
      const test = this.parseOr();
      if (this.place < this.tokens.length) throw new QueryError(`unexpected ${this.tokens[this.place].text}`);
      return test;
    }

    /** @returns {Test} */
    parseOr() {
      const tests = [this.parseAnd()];
      while (this.takeWord("or")) tests.push(this.parseAnd());
      return tests.length === 1 ? tests[0] : (row) => tests.some((test) => test(row));
    }

    /** @returns {Test} */
    parseAnd() {
      const tests = [this.parseFactor()];
      while (this.takeWord("and")) tests.push(this.parseFactor());
      return tests.length === 1 ? tests[0] : (row) => tests.every((test) => test(row));
    }

    /** @returns {Test} */
    parseFactor() {
      if (this.takeWord("not")) {
        const test = this.parseFactor();
        return (row) => !test(row);
      }
      if (this.takeMark("(")) {
        const test = this.parseOr();
        this.needMark(")");
        return test;
      }
      return this.parseClause();
    }

    /** @returns {Test} */
    parseClause() {
      const column = this.takeColumn();
      if (this.takeWord("is")) {
        const negated = this.takeWord("not");
        this.needWord("null");
        return (row) => column.isMissing(row) !== negated;
      }
      const negated = this.takeWord("not");
      if (this.takeWord("in")) return this.parseIn(column, negated);
      if (this.takeWord("like")) return likeTest(column, this.takeValue().text, { fold: false, negated });
      if (this.takeWord("ilike")) return likeTest(column, this.takeValue().text, { fold: true, negated });
      const operator = this.take();
      if (negated || operator?.kind !== "mark" || "(),".includes(operator.text)) {
        throw new QueryError("expected =, !=, <, <=, >, >=, like, ilike, in or is null");
      }
      return compareTest(column, operator.text, this.takeValue());
    }

    /** @param {any} column @param {boolean} negated @returns {Test} */
    parseIn(column, negated) {
      this.needMark("(");
      const tests = [compareTest(column, "=", this.takeValue())];
      while (this.takeMark(",")) tests.push(compareTest(column, "=", this.takeValue()));
      this.needMark(")");
      return (row) => !column.isMissing(row) && tests.some((test) => test(row)) !== negated;
    }

    take() {
      return this.tokens[this.place++];
    }

    /** @param {string} word */
    takeWord(word) {
      const token = this.tokens[this.place];
      const found = token?.kind === "word" && token.text.toLowerCase() === word;
      if (found) this.place++;
      return found;
    }

    /** @param {string} mark */
    takeMark(mark) {
      const token = this.tokens[this.place];
      const found = token?.kind === "mark" && token.text === mark;
      if (found) this.place++;
      return found;
    }

    /** @param {string} word */
    needWord(word) {
      if (!this.takeWord(word)) throw new QueryError(`expected ${word}`);
    }

    /** @param {string} mark */
    needMark(mark) {
      if (!this.takeMark(mark)) throw new QueryError(`expected ${mark}`);
    }

    takeValue() {
      const token = this.take();
      if (!token || token.kind === "mark") throw new QueryError("expected a value");
      return token;
    }

    takeColumn() {
      const token = this.take();
      if (token?.kind !== "word") throw new QueryError("expected a column, such as metrics.rmse");
      const id = columnId(token.text);
      // A quoted key follows its group as a token of its own: metrics."val rmse".
      const next = this.tokens[this.place];
      const quoted = id.endsWith(".") && next?.kind === "text" ? this.take().text : "";
      const column = this.runs.find(id + quoted);
      if (!column) throw new QueryError(`no column ${token.text}${quoted}`);
      return column;
    }
  }

  /** @param {string} text @returns {string} */
  function columnId(text) {
    const plain = text.replace(/`/g, "");
    const dot = plain.indexOf(".");
    const group = /** @type {any} */ (GROUPS)[plain.slice(0, dot).toLowerCase()];
    if (dot > 0 && group && group !== "run") return `${group}.${plain.slice(dot + 1)}`;
    const name = dot > 0 && group === "run" ? plain.slice(dot + 1) : plain;
    return /** @type {any} */ (ATTRIBUTES)[name.toLowerCase()] ?? name;
  }

  /** @param {any} column @param {string} operator @param {Token} token @returns {Test} */
  function compareTest(column, operator, token) {
    if (column.isText) return textTest(column, operator, token.text);
    const wanted = column.kind === "time" && token.kind !== "number" ? Date.parse(zoned(token.text)) : Number(token.text);
    if (Number.isNaN(wanted)) throw new QueryError(`${token.text} is not a ${column.kind === "time" ? "time" : "number"}`);
    const { numbers, absent } = column;
    switch (operator) {
      case "<": return (row) => !absent[row] && numbers[row] < wanted;
      case "<=": return (row) => !absent[row] && numbers[row] <= wanted;
      case ">": return (row) => !absent[row] && numbers[row] > wanted;
      case ">=": return (row) => !absent[row] && numbers[row] >= wanted;
      case "=": case "==": return (row) => !absent[row] && numbers[row] === wanted;
      default: return (row) => !absent[row] && numbers[row] !== wanted;
    }
  }

  /** A time without a zone is UTC, as everywhere here. @param {string} text */
  function zoned(text) {
    const plain = text.trim().replace(" ", "T");
    return /([zZ]|[+-]\d\d:?\d\d)$/.test(plain) || !plain.includes("T") ? plain : `${plain}Z`;
  }

  /** @param {any} column @param {string} operator @param {string} wanted @returns {Test} */
  function textTest(column, operator, wanted) {
    /** @type {(word: string) => boolean} */
    const good = {
      "<": (/** @type {string} */ word) => word < wanted,
      "<=": (/** @type {string} */ word) => word <= wanted,
      ">": (/** @type {string} */ word) => word > wanted,
      ">=": (/** @type {string} */ word) => word >= wanted,
      "=": (/** @type {string} */ word) => word === wanted,
      "==": (/** @type {string} */ word) => word === wanted,
    }[operator] ?? ((word) => word !== wanted);
    return wordsTest(column, good);
  }

  /** @param {any} column @param {string} pattern @param {{fold: boolean, negated: boolean}} how @returns {Test} */
  function likeTest(column, pattern, { fold, negated }) {
    const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/%/g, ".*").replace(/_/g, ".");
    const expression = new RegExp(`^${source}$`, fold ? "isu" : "su");
    if (column.isText) return wordsTest(column, (word) => expression.test(word) !== negated);
    return (row) => !column.isMissing(row) && expression.test(String(column.numbers[row])) !== negated;
  }

  /** Ask each word once, not each row. @param {any} column @param {(word: string) => boolean} good @returns {Test} */
  function wordsTest(column, good) {
    const answers = Uint8Array.from(column.words, (/** @type {string} */ word) => (good(word) ? 1 : 0));
    return (row) => column.codes[row] >= 0 && answers[column.codes[row]] === 1;
  }

  /** Whether text is meant as a query: it compares something. @param {string} text */
  function looksLikeQuery(text) {
    return /[=<>]|\b(like|ilike|in|is)\b\s*["'(`\w]/i.test(text) && /[\w`"]\s*(!=|[=<>]|\s(not\s+)?(like|ilike|in|is)\b)/i.test(text);
  }

  /** @param {string} text @param {any} runs @returns {Test} */
  function parseQuery(text, runs) {
    return new Parser(text, runs).parse();
  }

  Object.assign(window.runsite, { parseQuery, looksLikeQuery, QueryError });
})();
