// Filtering the runs table: words that must all occur somewhere in a run, or a query; and the
// clauses of single columns, which are queries too.
(function () {
  "use strict";

  const { runsite } = window;
  const { parseFilter, evaluate, looksLikeQuery, QueryError } = runsite;

  /**
   * Choose the rows that match.
   * @param {any} runs
   * @param {string} text as typed
   * @param {Iterable<string>} [clauses] further queries that must hold
   * @returns {{mask: Uint8Array | null, isQuery: boolean, problem: string, unknown: string[]}} mask
   *   is null where everything matches; problem says why a text that compares is no query
   */
  function filterRuns(runs, text, clauses = []) {
    const { mask: typed, isQuery, problem, unknown } = matchText(runs, text.trim());
    let mask = typed;
    for (const clause of clauses) mask = intersect(mask, matchClause(runs, clause));
    return { mask, isQuery, problem, unknown };
  }

  /** @param {any} runs @param {string} wanted @returns {{mask: Uint8Array | null, isQuery: boolean, problem: string, unknown: string[]}} */
  function matchText(runs, wanted) {
    if (!wanted) return { mask: null, isQuery: true, problem: "", unknown: [] };
    try {
      const unknown = new Set();
      const mask = evaluate(runs, parseFilter(wanted), unknown);
      return { mask, isQuery: true, problem: "", unknown: [...unknown] };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      const problem = looksLikeQuery(wanted) ? /** @type {Error} */ (error).message : "";
      return { mask: matchWords(runs, wanted), isQuery: false, problem, unknown: [] };
    }
  }

  /** A clause from an old address may name what is no longer there: it then matches nothing. @param {any} runs @param {string} clause */
  function matchClause(runs, clause) {
    try {
      return evaluate(runs, parseFilter(clause));
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return new Uint8Array(runs.size);
    }
  }

  /** @param {Uint8Array | null} a @param {Uint8Array} b */
  function intersect(a, b) {
    if (a) for (let row = 0; row < b.length; row++) b[row] &= a[row];
    return b;
  }

  /** @param {any} runs @param {string} text */
  function matchWords(runs, text) {
    const mask = new Uint8Array(runs.size).fill(1);
    for (const part of text.toLowerCase().split(/\s+/)) {
      const hits = findPart(runs, part);
      for (let row = 0; row < mask.length; row++) mask[row] &= hits[row];
    }
    return mask;
  }

  /** Rows in which any column holds the text. @param {any} runs @param {string} part */
  function findPart(runs, part) {
    const hits = new Uint8Array(runs.size);
    const numeric = /^[-+\d.]/.test(part);
    for (const column of runs.columns) {
      if (column.group === "hidden") continue;
      if (column.isText) findInWords(column, part, hits);
      else if (numeric && column.kind === "number") findInNumbers(column, part, hits);
    }
    return hits;
  }

  /** @param {any} column @param {string} part @param {Uint8Array} hits */
  function findInWords(column, part, hits) {
    column.folded ??= column.words.map((/** @type {string} */ word) => word.toLowerCase());
    const found = Uint8Array.from(column.folded, (/** @type {string} */ word) => (word.includes(part) ? 1 : 0));
    if (!found.includes(1)) return;
    const { codes } = column;
    for (let row = 0; row < hits.length; row++) {
      if (codes[row] >= 0 && found[codes[row]]) hits[row] = 1;
    }
  }

  /** @param {any} column @param {string} part @param {Uint8Array} hits */
  function findInNumbers(column, part, hits) {
    column.shown ??= Array.from(column.numbers, (_, /** @type {number} */ row) => (column.absent[row] ? "" : column.logged(row)));
    for (let row = 0; row < hits.length; row++) {
      if (column.shown[row].startsWith(part)) hits[row] = 1;
    }
  }

  Object.assign(runsite, { filterRuns, matchWords });
})();
