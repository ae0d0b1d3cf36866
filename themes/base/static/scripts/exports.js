// What leaves the table: CSV, JSON, and the call of the Python API that gives the same runs.
(function () {
  "use strict";

  const { make, fieldOf, quoteText, formatIso } = window.runsite;
  /** A list of ids longer than this is no query that a person wants to read. */
  const MAX_IDS = 500;

  /** The name of a column outside: that of `search_runs` in pandas. @param {any} column */
  function outsideName(column) {
    return column.group === "run" ? column.id.slice(4) : column.id;
  }

  /** @param {any} column @param {number} row @returns {string | number | null} */
  function outsideValue(column, row) {
    if (column.isMissing(row)) return null;
    return column.kind === "time" ? formatIso(column.numbers[row]) : column.value(row);
  }

  /** @param {any} view */
  function makeCsv(view) {
    const columns = view.columns.filter((/** @type {any} */ column) => column.id !== "run.id");
    const lines = [["run_id", ...columns.map(outsideName)]];
    for (const row of view.rows) lines.push([view.runs.runId(row), ...columns.map((/** @type {any} */ column) => outsideValue(column, row) ?? "")]);
    return lines.map((line) => line.map(formatCsvCell).join(",")).join("\r\n");
  }

  /** @param {unknown} value */
  function formatCsvCell(value) {
    const text = String(value);
    // A spreadsheet runs cells that begin like a formula; numbers are no danger.
    const safe = /^[=+\-@\t\r]/.test(text) && typeof value !== "number" ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  /** One object a run; what is not finite is a word, since JSON has no number for it. @param {any} view */
  function makeJson(view) {
    const columns = view.columns.filter((/** @type {any} */ column) => column.id !== "run.id");
    const texts = Array.from(view.rows, (/** @type {number} */ row) => {
      const pairs = [["run_id", view.runs.runId(row)], ...columns.map((/** @type {any} */ column) => [outsideName(column), outsideValue(column, row)])];
      const members = pairs.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(typeof value === "number" && !Number.isFinite(value) ? String(value) : value)}`);
      return `  {${members.join(", ")}}`;
    });
    return `[\n${texts.join(",\n")}\n]\n`;
  }

  /**
   * The call that gives the runs of a view.
   * @param {any} view
   */
  function makePython(view) {
    const { parts, note } = listClauses(view);
    const order = view.keys.map((/** @type {any} */ key) => ({ field: view.runs.find(key.id) && fieldOf(view.runs.get(key.id)), descending: key.descending })).filter((/** @type {any} */ key) => key.field && !key.field.startsWith("dataset."));
    const lines = [`    experiment_names=[${formatPython(view.runs.constants.get("experiment"))}],`];
    if (parts.length) lines.push(`    filter_string=${formatPython(parts.length > 1 ? parts.map((part) => (/\bor\b/i.test(part) ? `(${part})` : part)).join(" and ") : parts[0])},`);
    if (order.length) lines.push(`    order_by=[${order.map((/** @type {any} */ key) => formatPython(`${key.field} ${key.descending ? "DESC" : "ASC"}`)).join(", ")}],`);
    lines.push("    max_results=1_000_000,");
    return `import runsite\n\n${note ? `# ${note}\n` : ""}runs = runsite.search_runs(\n${lines.join("\n")}\n)\n`;
  }

  /** @param {any} view @returns {{parts: string[], note: string}} */
  function listClauses(view) {
    const parts = [...view.clauses.values()];
    if (view.filter.trim() && view.found.isQuery) parts.unshift(view.filter.trim());
    if ((!view.filter.trim() || view.found.isQuery) && !view.brushed) return { parts, note: "" };
    if (view.rows.length <= MAX_IDS) return { parts: [`run_id in (${view.runIds().map(quoteText).join(", ")})`], note: "The runs by their ids: words and ranges in plots are no filter." };
    return { parts, note: "Without the words and the ranges in plots, which are no filter." };
  }

  /** A text as Python writes it. @param {string} text */
  function formatPython(text) {
    return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (ch) => `\\u${ch.charCodeAt(0).toString(16).padStart(4, "0")}`).replace(/(?:\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})/gi, (pair) => `\\U${(JSON.parse(`"${pair}"`).codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`);
  }

  /** @param {string} name @param {string} type @param {string} text */
  function download(name, type, text) {
    const link = /** @type {HTMLAnchorElement} */ (make("a", { download: name }));
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /** Copy a text; from disk a browser may allow only the old way. @param {string} text @returns {Promise<boolean>} */
  async function copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const box = /** @type {HTMLTextAreaElement} */ (make("textarea", { class: "hidden-text", "aria-hidden": "true" }));
      box.value = text;
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      return done;
    }
  }

  Object.assign(window.runsite, { makeCsv, makeJson, makePython, formatCsvCell, download, copyText });
})();
