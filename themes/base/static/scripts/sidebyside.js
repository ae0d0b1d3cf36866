// Runs as the columns of a table: what differs first, with the distance to a baseline.
(function () {
  "use strict";

  const { make, root, runPath, differs, makeTextColumn, formatNumber, formatCount } = window.runsite;
  const TITLES = { metrics: "Metrics", params: "Params", tags: "Tags", run: "Run", code: "Code", inputs: "Inputs", environment: "Environment" };
  const CODE = new Set(["run.commit", "run.branch", "run.dirty", "run.remote", "run.source", "run.entry_point", "run.source_type"]);
  const ENVIRONMENT = new Set(["run.python", "run.platform", "run.host"]);
  const LEFT_OUT = new Set(["run.name", "run.id", "run.parent", "run.ended"]);

  /** @typedef {{title: string, lines: {label: string, column: any}[]}} Section */

  /** What a column is about. @param {any} column */
  function topicOf(column) {
    if (column.group === "hidden" || LEFT_OUT.has(column.id)) return "";
    if (CODE.has(column.id)) return "code";
    if (ENVIRONMENT.has(column.id)) return "environment";
    return column.id === "run.inputs" ? "" : column.group;
  }

  /**
   * All lines of a comparison by topic.
   * @param {any} runs @param {{packages: Map<string, string>[], files: any[][]} | null} facts @returns {Map<string, any[]>}
   */
  function listTopics(runs, facts) {
    /** @type {Map<string, any[]>} */
    const topics = new Map(Object.keys(TITLES).map((name) => [name, []]));
    for (const column of runs.columns) topics.get(topicOf(column))?.push(column);
    topics.get("inputs")?.push(...listInputs(runs));
    if (facts) {
      topics.get("environment")?.push(...listKeys(facts.packages, (one, key) => one.get(key) ?? null, (one) => one.keys()));
    }
    return topics;
  }

  /** @param {any[]} ones @param {(one: any, key: string) => string | null} get @param {(one: any) => Iterable<string>} keys */
  function listKeys(ones, get, keys) {
    const all = [...new Set(ones.flatMap((one) => [...keys(one)]))].sort();
    return all.map((key) => makeTextColumn({ id: `fact.${key}`, group: "fact", label: key }, ones.map((one) => get(one, key))));
  }

  /** Digest of each dataset by its name and purpose. @param {any} runs */
  function listInputs(runs) {
    const column = runs.find("run.datasets");
    if (!column) return [];
    const sets = Array.from({ length: runs.size }, (_, row) => new Map(column.isMissing(row) ? [] : JSON.parse(column.text(row)).map((/** @type {any} */ { name, digest, context }) => [context ? `${name} (${context})` : name, digest || "yes"])));
    return listKeys(sets, (one, key) => one.get(key) ?? null, (one) => one.keys());
  }

  /**
   * @param {any} page the comparison: runs, rows in order, base, all, facts
   * @returns {HTMLElement}
   */
  function makeSideBySide(page) {
    const { rows } = page;
    const head = make("tr", {}, make("th", { scope: "col" }, make("span", { class: "hidden-text" }, "What")), ...rows.map((/** @type {number} */ row) => makeRunHead(page, row)));
    const body = make("tbody", {});
    let same = 0;
    for (const [topic, columns] of listTopics(page.runs, page.facts)) {
      const known = columns.filter((column) => column.filled > 0);
      const shown = page.all ? known : known.filter((column) => differs(column, page.runs.size));
      same += known.length - shown.length;
      if (!shown.length) continue;
      body.append(make("tr", { class: "group" }, make("th", { scope: "colgroup", colspan: rows.length + 1 }, TITLES[/** @type {"run"} */ (topic)])));
      for (const column of shown) body.append(makeLine(page, column));
    }
    const table = make("table", { class: "list compare-table" }, make("thead", {}, head), body);
    const note = page.all || !same ? null : make("p", { class: "muted" }, `${formatCount(same)} more ${same === 1 ? "fact is" : "facts are"} the same in all of them.`);
    return make("div", {}, make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Runs beside each other" }, table), note);
  }

  /** @param {any} page @param {number} row */
  function makeRunHead(page, row) {
    const { runs } = page;
    const id = runs.runId(row);
    const name = runs.name(row);
    const isBase = id === page.base;
    const status = runs.find("run.status")?.text(row).toLowerCase();
    const version = page.labels.get(id);
    return make("th", { scope: "col", class: isBase ? "is-base" : false },
      make("a", { href: root() + runPath(id) }, name),
      version ? make("span", { class: "compare-version" }, version) : null,
      status && status !== "finished" ? make("span", { class: `status status-${status}` }, status) : null,
      make("span", { class: "compare-tools" },
        make("button", { type: "button", class: "pin", "aria-pressed": String(isBase), title: "Show every value's distance to this run", onclick: () => page.setBase(isBase ? "" : id) }, "baseline", make("span", { class: "hidden-text" }, ` ${name}`)),
        make("button", { type: "button", class: "pin", "aria-label": `Remove ${name}`, onclick: () => page.remove(id) }, "×")));
  }

  /** @param {any} page @param {any} column */
  function makeLine(page, column) {
    const { runs, rows } = page;
    const differ = differs(column, runs.size);
    const extent = column.direction && differ ? column.extent(Uint32Array.from(rows)) : null;
    const best = extent && extent[0] < extent[1] ? extent[column.direction === "min" ? 0 : 1] : null;
    const base = page.base ? runs.rowOf(page.base) : -1;
    const line = make("tr", { class: differ ? "differs" : false }, make("th", { scope: "row" }, column.label));
    for (const row of rows) {
      const missing = column.isMissing(row);
      const isBest = best !== null && !missing && column.numbers[row] === best;
      const changed = base >= 0 && row !== base && column.value(row) !== column.value(base) && !(Number.isNaN(column.value(row)) && Number.isNaN(column.value(base)));
      const cell = make("td", { class: [isBest ? "best" : "", column.isText || column.kind === "time" ? "" : "num", row === base ? "is-base" : "", changed ? "changed" : ""].filter(Boolean).join(" ") || false, title: missing ? false : column.exact(row) }, missing ? "–" : column.text(row));
      if (isBest) cell.append(make("span", { class: "hidden-text" }, " (best)"));
      if (changed && !missing && !column.isText && column.kind === "number" && !column.isMissing(base)) cell.append(makeChange(column, column.numbers[row], column.numbers[base]));
      line.append(cell);
    }
    return line;
  }

  /** @param {any} column @param {number} value @param {number} base */
  function makeChange(column, value, base) {
    const change = value - base;
    const better = column.direction === "min" ? change < 0 : change > 0;
    const verdict = !column.direction || !Number.isFinite(change) ? "same" : better ? "better" : "worse";
    const share = base !== 0 && Number.isFinite(change / base) ? ` (${change / Math.abs(base) > 0 ? "+" : "−"}${Math.abs((change / base) * 100).toFixed(1)} %)` : "";
    return make("span", { class: `change change-${verdict}` }, `${change > 0 ? "+" : "−"}${formatNumber(Math.abs(change))}${share}`, column.direction ? make("span", { class: "hidden-text" }, ` ${verdict}`) : null);
  }

  /**
   * Links to the changes between the baseline's commit and the others', where the host is known.
   * @param {any} page @returns {HTMLElement | null}
   */
  function makeCodeLinks(page) {
    const commits = page.runs.find("run.commit");
    const base = page.base ? page.runs.rowOf(page.base) : page.rows[0];
    if (!commits || !/^https?:\/\//.test(page.repository) || commits.isMissing(base)) return null;
    const from = commits.logged(base);
    const others = [...new Set(page.rows.filter((/** @type {number} */ row) => !commits.isMissing(row)).map((/** @type {number} */ row) => commits.logged(row)))].filter((commit) => commit !== from);
    if (!others.length) return null;
    const middle = new URL(page.repository).hostname.includes("gitlab") ? "/-/compare/" : "/compare/";
    return make("p", { class: "compare-code" }, "Code changes: ", ...others.slice(0, 12).flatMap((to, i) => [i ? ", " : "", make("a", { href: `${page.repository}${middle}${encodeURIComponent(from)}...${encodeURIComponent(to)}` }, `${from.slice(0, 8)} … ${to.slice(0, 8)}`)]));
  }

  Object.assign(window.runsite, { makeSideBySide, makeCodeLinks, listTopics });
})();
