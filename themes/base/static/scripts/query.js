// A filter's tree over columns: one pass and one byte a run for each clause. The semantics are those
// of queries/search.py: a run without the field does not match, and NOT of that does.
(function () {
  "use strict";

  const { QueryError, parseLoose } = window.runsite;

  /** Attributes as columns; `empty` ones are empty text where nothing was captured, as in Python. */
  const ATTRIBUTES = new Map([
    ["run_id", { id: "run.id" }], ["run_name", { id: "run.name" }], ["status", { id: "run.status" }], ["parent_run_id", { id: "run.parent" }],
    ["start_time", { id: "run.started" }], ["end_time", { id: "run.ended" }], ["duration_s", { id: "run.duration" }],
    ["user_id", { id: "run.user", empty: true }], ["source_name", { id: "run.source", empty: true }], ["host", { id: "run.host", empty: true }],
    ["git_commit", { id: "run.commit", empty: true }], ["git_branch", { id: "run.branch", empty: true }],
  ]);
  /** Tags that MLflow keeps as text and the store as columns. */
  const TAGS = new Map([
    ["mlflow.runName", "run.name"], ["mlflow.user", "run.user"], ["mlflow.source.name", "run.source"], ["mlflow.source.type", "run.source_type"],
    ["mlflow.source.git.commit", "run.commit"], ["mlflow.source.git.branch", "run.branch"], ["mlflow.source.git.repoURL", "run.remote"],
    ["mlflow.project.entryPoint", "run.entry_point"], ["mlflow.parentRunId", "run.parent"],
  ]);

  /**
   * Find the runs that a filter matches.
   * @param {any} runs
   * @param {any} expression from parseFilter
   * @param {Set<string>} [unknown] filled with fields that no run has
   * @returns {Uint8Array} 1 for a run that matches
   */
  function evaluate(runs, expression, unknown = new Set()) {
    if (expression.type === "clause") return evaluateClause(runs, expression, unknown);
    if (expression.type === "not") {
      const mask = evaluate(runs, expression.part, unknown);
      for (let row = 0; row < mask.length; row++) mask[row] ^= 1;
      return mask;
    }
    const all = expression.type === "and";
    const mask = new Uint8Array(runs.size).fill(all ? 1 : 0);
    for (const part of expression.parts) {
      const other = evaluate(runs, part, unknown);
      if (all) for (let row = 0; row < mask.length; row++) mask[row] &= other[row];
      else for (let row = 0; row < mask.length; row++) mask[row] |= other[row];
    }
    return mask;
  }

  /** @param {any} runs @param {any} clause @param {Set<string>} unknown */
  function evaluateClause(runs, clause, unknown) {
    const { field } = clause;
    if (field.entity === "datasets") return matchDatasets(runs, clause);
    const { column, empty, constant } = findValues(runs, field);
    if (constant !== undefined) return new Uint8Array(runs.size).fill(makeTest(clause)(constant) ? 1 : 0);
    if (!column) unknown.add(`${field.entity}.${field.key}`);
    const missing = empty ? makeTest(clause)("") : clause.op === "IS NULL";
    if (!column) return new Uint8Array(runs.size).fill(missing ? 1 : 0);
    if (column.isText) return matchWords(column, makeTest(clause), missing);
    return matchNumbers(column, clause, missing);
  }

  /** @param {any} runs @param {any} field @returns {{column?: any, empty?: boolean, constant?: string}} */
  function findValues(runs, { entity, key }) {
    if (entity === "attributes") {
      if (key === "artifact_uri") throw new QueryError("attributes.artifact_uri is not part of the site");
      const constant = runs.constants?.get(key);
      if (constant !== undefined) return { constant };
      const { id, empty } = /** @type {any} */ (ATTRIBUTES.get(key) ?? {});
      return { column: runs.find(id), empty };
    }
    const id = `${entity}.${key}`;
    const own = entity === "tags" ? TAGS.get(key) : undefined;
    const column = runs.find(id) ?? (own && runs.find(own));
    if (own) return { column };
    const elsewhere = runs.leftOut > 0 || (id.startsWith("tags.") && /^(mlflow|runsite)\./.test(key));
    if (!column && elsewhere) throw new QueryError(`${id} is not among the columns of this page`, "runsite.search_runs knows it");
    return { column };
  }

  /** Ask each word once, not each row. @param {any} column @param {(word: string) => boolean} test @param {boolean} missing */
  function matchWords(column, test, missing) {
    const status = column.id === "run.status";
    // A run whose process died is sealed as killed; the site calls it interrupted.
    const answers = Uint8Array.from(column.words, (/** @type {string} */ word) => (test(status && word === "INTERRUPTED" ? "KILLED" : word) ? 1 : 0));
    const { codes } = column;
    const mask = new Uint8Array(codes.length);
    const none = missing ? 1 : 0;
    for (let row = 0; row < mask.length; row++) mask[row] = codes[row] < 0 ? none : answers[codes[row]];
    return mask;
  }

  /** @param {any} column @param {any} clause @param {boolean} missing */
  function matchNumbers(column, clause, missing) {
    const { numbers, absent } = column;
    const { op, value } = clause;
    const mask = new Uint8Array(numbers.length);
    /** @type {(row: number) => boolean} */
    let test;
    if (op === "IS NULL" || op === "IS NOT NULL") test = () => op === "IS NOT NULL";
    else if (op.endsWith("IN") || typeof value === "string") {
      const asText = makeTest(clause);
      const onNumber = clause.field.kind === "loose" ? null : makeNumberTest(clause);
      test = onNumber ? (row) => onNumber(numbers[row]) : (row) => asText(column.logged(row));
    } else {
      const onNumber = makeNumberTest(clause);
      test = (row) => onNumber(numbers[row]);
    }
    for (let row = 0; row < mask.length; row++) mask[row] = absent[row] ? Number(missing) : Number(test(row));
    return mask;
  }

  /** @param {any} runs @param {any} clause */
  function matchDatasets(runs, clause) {
    const column = runs.find("run.datasets");
    const { op, field } = clause;
    if (!column) return new Uint8Array(runs.size).fill(op === "IS NULL" ? 1 : 0);
    if (op === "IS NULL" || op === "IS NOT NULL") return matchWords(column, () => op === "IS NOT NULL", op === "IS NULL");
    const test = makeTest(clause);
    return matchWords(column, (word) => JSON.parse(word).some((/** @type {any} */ one) => test(String(one[field.key] ?? ""))), false);
  }

  /** What a clause says of a text that is there. @param {any} clause @returns {(text: string) => boolean} */
  function makeTest({ field, op, value }) {
    if (op === "IS NULL") return () => false;
    if (op === "IS NOT NULL") return () => true;
    if (op.endsWith("LIKE")) {
      const pattern = makePattern(value, op.endsWith("ILIKE"));
      const negated = op.startsWith("NOT");
      return (text) => pattern.test(text) !== negated;
    }
    if (Array.isArray(value)) {
      const tests = value.map((one) => makeTest({ field, op: "=", value: one }));
      return (text) => tests.some((test) => test(text)) !== (op === "NOT IN");
    }
    if (typeof value === "string") return op === "=" ? (text) => text === value : (text) => text !== value;
    const onNumber = makeNumberTest({ op, value });
    return (text) => {
      const number = parseLoose(text);
      return number !== null && onNumber(number);
    };
  }

  /** @param {any} clause @returns {(value: number) => boolean} NaN satisfies only != and NOT IN */
  function makeNumberTest({ op, value }) {
    switch (op) {
      case "=": return (number) => number === value;
      case "!=": return (number) => number !== value;
      case "<": return (number) => number < value;
      case "<=": return (number) => number <= value;
      case ">": return (number) => number > value;
      case ">=": return (number) => number >= value;
      default: return (number) => value.includes(number) && !Number.isNaN(number) ? op === "IN" : op === "NOT IN";
    }
  }

  /**
   * % any text, _ any character. What stands between two % is taken where it comes first, for good:
   * to try all places of many would take for ever.
   * @param {string} like @param {boolean} fold @returns {{test: (text: string) => boolean}}
   */
  function makePattern(like, fold) {
    const flags = fold ? "isu" : "su";
    const [first, ...others] = like.split("%").map((part) => [...part].map((ch) => (ch === "_" ? "." : ch.replace(/[.*+?^${}()|[\]\\/]/, "\\$&"))).join(""));
    const last = others.pop();
    if (last === undefined) return new RegExp(`^${first}$`, flags);
    const parts = [new RegExp(first, `${flags}y`), ...others.filter(Boolean).map((part) => new RegExp(part, `${flags}g`)), new RegExp(`${last}$`, `${flags}g`)];
    return {
      test(text) {
        let at = 0;
        return parts.every((part) => {
          part.lastIndex = at;
          const found = part.test(text);
          at = part.lastIndex;
          return found;
        });
      },
    };
  }

  window.runsite.evaluate = evaluate;
})();
