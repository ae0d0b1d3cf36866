// Columns as fields of the search grammar, and the clauses that the column filters write.
(function () {
  "use strict";

  const { parseFilter, QueryError } = window.runsite;

  /** Columns of runs → what a search calls them. */
  const NAMES = new Map([
    ["run.id", "run_id"], ["run.name", "run_name"], ["run.status", "status"], ["run.started", "start_time"], ["run.ended", "end_time"],
    ["run.duration", "duration_s"], ["run.parent", "parent_run_id"], ["run.user", "user_id"], ["run.host", "host"], ["run.source", "source_name"],
    ["run.commit", "git_commit"], ["run.branch", "git_branch"], ["run.source_type", "tags.mlflow.source.type"],
    ["run.entry_point", "tags.mlflow.project.entryPoint"], ["run.remote", "tags.mlflow.source.git.repoURL"],
  ]);
  /** Attributes that are empty text, not missing, where nothing was captured. */
  const EMPTY = new Set(["run.user", "run.host", "run.source", "run.commit", "run.branch"]);

  /** What a search calls a column; null where it knows no such thing. @param {any} column @returns {string | null} */
  function fieldOf(column) {
    if (column.group === "run") return NAMES.get(column.id) ?? null;
    const key = column.id.slice(column.group.length + 1);
    if (key && !/[\s\x00-\x1f\x7f-\x9f'"`=!<>(),]/.test(key)) return `${column.group}.${key}`;
    return `${column.group}.${key.includes("`") ? `"${key.replaceAll('"', '""')}"` : `\`${key}\``}`;
  }

  /** Text in the grammar. @param {string} text */
  function quoteText(text) {
    return `'${text.replaceAll("'", "''")}'`;
  }

  /**
   * Clause for a range; empty where neither end is given.
   * @param {any} column @param {{from: string, to: string}} range as typed: numbers, or dates
   */
  function makeRange(column, { from, to }) {
    const field = fieldOf(column);
    const write = (/** @type {string} */ text) => (column.kind === "time" ? quoteText(text) : text);
    const parts = [];
    if (from) parts.push(`${field} >= ${write(from)}`);
    // A day is meant with all its hours.
    if (to) parts.push(column.kind === "time" && /^\d{4}-\d\d-\d\d$/.test(to) ? `${field} <= ${write(`${to}T23:59:59.999999`)}` : `${field} <= ${write(to)}`);
    return parts.join(" and ");
  }

  /**
   * Clause for chosen words.
   * @param {any} column @param {Set<string>} words @param {boolean} missing whether runs without a value are meant too
   */
  function makeWords(column, words, missing) {
    const field = fieldOf(column) ?? "";
    const asked = [...words].map((word) => (column.id === "run.status" && word === "INTERRUPTED" ? "KILLED" : word));
    const parts = asked.length ? [asked.length === 1 ? `${field} = ${quoteText(asked[0])}` : `${field} in (${asked.map(quoteText).join(", ")})`] : [];
    if (missing) parts.push(EMPTY.has(column.id) ? `${field} = ''` : `${field} is null`);
    return parts.length > 1 ? `(${parts.join(" or ")})` : parts.join("");
  }

  /** Clause for text that occurs in a value. @param {any} column @param {string} part */
  function makeContains(column, part) {
    return part ? `${fieldOf(column)} ilike ${quoteText(`%${part}%`)}` : "";
  }

  /**
   * Read a clause back for the controls that wrote it.
   * @param {string} text
   * @returns {{from: string, to: string, words: Set<string>, missing: boolean, part: string}}
   */
  function readClause(text) {
    const read = { from: "", to: "", words: new Set(), missing: false, part: "" };
    /** @param {any} expression */
    const walk = (expression) => {
      if (expression.parts) return expression.parts.forEach(walk);
      const { op, value, field } = expression;
      const shown = field?.kind === "time" && typeof value === "number" ? new Date(value).toISOString().slice(0, 10) : String(value);
      if (op === ">=") read.from = shown;
      else if (op === "<=") read.to = shown;
      else if (op === "IN") for (const word of value) read.words.add(word);
      else if (op === "IS NULL" || (op === "=" && value === "")) read.missing = true;
      else if (op === "=") read.words.add(String(value));
      else if (op === "ILIKE") read.part = String(value).slice(1, -1);
    };
    try {
      if (text) walk(parseFilter(text));
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
    }
    return read;
  }

  Object.assign(window.runsite, { fieldOf, quoteText, makeRange, makeWords, makeContains, readClause });
})();
