// Filtering the runs table: words that must all occur somewhere in a run, or a query.
(function () {
  "use strict";

  const { runsite } = window;

  /**
   * Choose the rows that match.
   * @param {any} runs
   * @param {string} text as typed
   * @returns {{mask: Uint8Array | null, problem: string}} mask is null where everything matches
   */
  function filterRuns(runs, text) {
    const wanted = text.trim();
    if (!wanted) return { mask: null, problem: "" };
    if (!runsite.looksLikeQuery(wanted)) return { mask: matchWords(runs, wanted), problem: "" };
    try {
      const test = runsite.parseQuery(wanted, runs);
      const mask = new Uint8Array(runs.size);
      for (let row = 0; row < mask.length; row++) mask[row] = test(row) ? 1 : 0;
      return { mask, problem: "" };
    } catch (error) {
      if (!(error instanceof runsite.QueryError)) throw error;
      return { mask: matchWords(runs, wanted), problem: /** @type {Error} */ (error).message };
    }
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
    const { codes } = column;
    for (let row = 0; row < hits.length; row++) {
      if (codes[row] >= 0 && found[codes[row]]) hits[row] = 1;
    }
  }

  /** @param {any} column @param {string} part @param {Uint8Array} hits */
  function findInNumbers(column, part, hits) {
    column.texts ??= Array.from(column.numbers, String);
    for (let row = 0; row < hits.length; row++) {
      if (!column.absent[row] && column.texts[row].startsWith(part)) hits[row] = 1;
    }
  }

  runsite.filterRuns = filterRuns;
})();
