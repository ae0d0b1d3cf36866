// Files of compared runs: runs that logged the same content stand together, and what differs is
// shown beside each other, line by line. Loaded when a file is opened.
(function () {
  "use strict";

  const { make, root, fileAddress, loadExcerpt, isPicture, makeMedia, linesOf, makeExcerpt, makeExcerptTable, diffLines, splitChange, findStep, formatCount, formatBytes } = window.runsite;
  /** Unchanged lines that stay around a change. */
  const AROUND = 3;
  /** Files that are open at first, so that nobody has to click to see what this is. */
  const OPEN = 3;
  const MOST_NAMES = 3;
  // What every run has beside its own files, and the inside of models.
  const USUAL = /(^|\/)(requirements\.txt|conda\.yaml|python_env\.yaml|MLmodel)$/;

  /**
   * One content of a file and the runs that logged it.
   * @typedef {{file: {path: string, digest: string, size: number, shown: string}, rows: number[]}} Version
   * @typedef {{path: string, versions: Version[], without: number[]}} ComparedFile
   */

  /** All files of the runs by path; pictures by step stand elsewhere. @param {any} page @returns {ComparedFile[]} */
  function listFiles({ facts, rows }) {
    /** @type {Map<string, ComparedFile>} */
    const found = new Map();
    for (const row of rows) {
      for (const [path, digest, size, shown] of facts.files[row]) {
        const file = { path, digest, size, shown };
        if (findStep(path) || isPicture(file)) continue;
        if (!found.has(path)) found.set(path, { path, versions: [], without: [] });
        const { versions } = /** @type {ComparedFile} */ (found.get(path));
        const same = versions.find((version) => version.file.digest === digest);
        if (same) same.rows.push(row);
        else versions.push({ file, rows: [row] });
      }
    }
    for (const one of found.values()) one.without = rows.filter((/** @type {number} */ row) => !one.versions.some((version) => version.rows.includes(row)));
    return [...found.values()].sort(compareFiles);
  }

  /** What differs first, in the most runs; what every run has last. @param {ComparedFile} a @param {ComparedFile} b */
  function compareFiles(a, b) {
    const rank = (/** @type {ComparedFile} */ { path, versions, without }) => [USUAL.test(path) ? 1 : 0, versions[0].file.shown ? 0 : 1, versions.length > 1 ? 0 : 1, without.length];
    const [x, y] = [rank(a), rank(b)];
    const i = x.findIndex((value, place) => value !== y[place]);
    return i >= 0 ? x[i] - y[i] : a.path < b.path ? -1 : 1;
  }

  /** @param {any} page the comparison: runs, rows in order, base, all, facts @returns {HTMLElement | null} */
  function makeFiles(page) {
    if (!page.facts) return null;
    const files = listFiles(page);
    if (!files.length) return null;
    const isSame = (/** @type {ComparedFile} */ { versions, without }) => versions.length === 1 && !without.length;
    const shown = page.all ? files : files.filter((file) => !isSame(file));
    const same = files.filter(isSame).length;
    const told = [`${formatCount(files.length - same)} differ`, same ? `${formatCount(same)} ${same === 1 ? "is" : "are"} the same` : ""].filter(Boolean).join(", ");
    const head = make("div", { class: "section-head" }, make("h2", { id: "compared-files" }, "Files"), make("span", { class: "muted" }, told));
    return make("section", { "aria-labelledby": "compared-files" }, head, ...shown.map((file, i) => makeFile(page, file, i < OPEN && file.versions[0].file.shown !== "" && !USUAL.test(file.path) && !isSame(file))));
  }

  /** @param {any} page @param {ComparedFile} file @param {boolean} open */
  function makeFile(page, file, open) {
    const { versions, without } = file;
    const count = versions.length + (without.length ? 1 : 0);
    const told = count === 1 ? "the same in all" : versions.length === 1 ? `only in ${nameRuns(page, versions[0].rows)}` : `${formatCount(versions.length)} different${without.length ? `, not in ${nameRuns(page, without)}` : ""}`;
    const place = make("div", {});
    const details = make("details", { class: "file compared-file" }, make("summary", {}, make("code", {}, file.path), " ", make("span", { class: "muted" }, told)), place);
    let asked = false;
    details.addEventListener("toggle", () => {
      if (asked || !(/** @type {HTMLDetailsElement} */ (details).open)) return;
      asked = true;
      void fill(page, file, place).catch((error) => place.replaceChildren(make("p", { class: "muted" }, `Cannot be shown: ${error instanceof Error ? error.message : error}`)));
    });
    if (open) details.setAttribute("open", ""); // an element that opens tells so, also this time
    return details;
  }

  /** @param {any} page @param {number[]} rows */
  function nameRuns({ runs }, rows) {
    const names = rows.slice(0, MOST_NAMES).map((row) => runs.name(row));
    return rows.length > MOST_NAMES ? `${names.join(", ")} and ${formatCount(rows.length - MOST_NAMES)} more` : names.join(", ");
  }

  /** @param {any} page @param {ComparedFile} file @param {HTMLElement} place */
  async function fill(page, file, place) {
    const versions = order(page, file.versions);
    if (!versions.every(({ file: { shown } }) => shown && !shown.startsWith("."))) return place.append(makeList(page, versions));
    const excerpts = await Promise.all(versions.map(({ file: each }) => loadExcerpt(each)));
    const notes = [...new Set(excerpts.map(({ note }) => note).filter(Boolean))];
    place.append(makeBeside(page, versions, excerpts), ...notes.map((note) => make("p", { class: "muted" }, note)));
  }

  /** The baseline's content first. @param {any} page @param {Version[]} versions */
  function order({ base, runs }, versions) {
    const row = base ? runs.rowOf(base) : -1;
    return versions.toSorted((a, b) => Number(b.rows.includes(row)) - Number(a.rows.includes(row)));
  }

  /** @param {any} page @param {Version[]} versions @param {any[]} excerpts */
  function makeBeside(page, versions, excerpts) {
    if (versions.length === 1) return makeExcerpt(excerpts[0], versions[0].file);
    if (excerpts.every(({ columns }) => columns)) return makeTables(page, versions, excerpts);
    const texts = excerpts.map((excerpt, i) => (excerpt.columns ? [excerpt.columns, ...excerpt.rows].map((/** @type {string[]} */ row) => row.join("\t")) : linesOf(excerpt, versions[i].file.shown)));
    if (versions.length === 2) return makeDiff(page, versions, texts);
    return makeTexts(page, versions, texts);
  }

  /** What no page can show: who has which, and where it is. @param {any} page @param {Version[]} versions */
  function makeList(page, versions) {
    return make("div", { class: "beside" }, ...versions.map(({ file, rows }) => {
      const told = make("p", { class: "muted" }, `${formatBytes(file.size)}, digest `, make("code", {}, file.digest.slice(0, 16)));
      return make("figure", {}, make("figcaption", {}, nameRuns(page, rows)), makeMedia(file, `${file.path} of ${nameRuns(page, rows)}`), told);
    }));
  }

  /** @param {any} page @param {Version[]} versions @param {any[]} tables */
  function makeTables(page, versions, tables) {
    const [base] = tables;
    const places = new Map(base.columns.map((/** @type {string} */ name, /** @type {number} */ i) => [name, i]));
    const differs = (/** @type {number} */ row, /** @type {string} */ name, /** @type {string} */ value) => base.rows[row]?.[places.get(name) ?? -1] !== value;
    return make("div", { class: "beside" }, ...tables.map((table, i) => {
      const names = nameRuns(page, versions[i].rows);
      return make("figure", {}, make("figcaption", {}, names), make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `${versions[i].file.path} of ${names}` }, makeExcerptTable(table, i ? differs : undefined)));
    }));
  }

  /** More than two: each beside the first, its own lines marked. @param {any} page @param {Version[]} versions @param {string[][]} texts */
  function makeTexts(page, versions, texts) {
    return make("div", { class: "beside" }, ...texts.map((lines, i) => {
      const own = new Set(i ? diffLines(texts[0], lines).filter((/** @type {any} */ row) => !row.same).map((/** @type {any} */ row) => row.right) : []);
      const code = make("code", {});
      lines.forEach((line, place) => code.append(own.has(place) ? make("ins", {}, line) : line, "\n"));
      const names = nameRuns(page, versions[i].rows);
      return make("figure", {}, make("figcaption", {}, names), make("pre", { class: "code", tabindex: 0, "aria-label": `${versions[i].file.path} of ${names}`, role: "group" }, code));
    }));
  }

  /** @param {any} page @param {Version[]} versions @param {string[][]} texts */
  function makeDiff(page, versions, [left, right]) {
    const rows = diffLines(left, right);
    const head = make("tr", {}, ...versions.map(({ rows: of }) => make("th", { scope: "colgroup", colspan: 2 }, nameRuns(page, of))));
    const body = make("tbody", {});
    for (const part of foldRows(rows)) {
      if (part.length === 1 && Array.isArray(part[0])) body.append(makeFold(part[0], (row) => makeDiffLine(left, right, row)));
      else for (const row of part) body.append(makeDiffLine(left, right, /** @type {any} */ (row)));
    }
    const table = make("table", { class: "diff" }, makeSides(), makeSides(), make("thead", {}, head), body);
    return make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `Lines of ${versions[0].file.path} that differ` }, table);
  }

  /** A narrow column of numbers and a wide one of lines. */
  function makeSides() {
    return make("colgroup", {}, make("col", { class: "diff-places" }), make("col", {}));
  }

  /** Fold what is the same for long. @param {any[]} rows @returns {any[][]} rows; a fold is a list of one list */
  function foldRows(rows) {
    /** @type {any[][]} */
    const parts = [];
    for (let start = 0; start < rows.length; ) {
      let end = start;
      while (end < rows.length && rows[end].same === rows[start].same) end++;
      const [from, to] = rows[start].same ? [start ? start + AROUND : 0, end < rows.length ? end - AROUND : end] : [end, end];
      if (to - from > AROUND) parts.push(rows.slice(start, from), [rows.slice(from, to)], rows.slice(to, end));
      else parts.push(rows.slice(start, end));
      start = end;
    }
    return parts;
  }

  /** @param {any[]} rows @param {(row: any) => HTMLElement} makeLine */
  function makeFold(rows, makeLine) {
    const open = () => {
      const lines = rows.map(makeLine);
      lines[0].tabIndex = -1;
      line.replaceWith(...lines);
      lines[0].focus();
    };
    const line = make("tr", { class: "diff-fold" }, make("td", { colspan: 4 }, make("button", { type: "button", class: "link", onclick: open }, `${formatCount(rows.length)} lines are the same`)));
    return line;
  }

  /** @param {string[]} left @param {string[]} right @param {{same: boolean, left: number, right: number}} row */
  function makeDiffLine(left, right, row) {
    const both = !row.same && row.left >= 0 && row.right >= 0 ? splitChange(left[row.left], right[row.right]) : null;
    const side = (/** @type {string[]} */ lines, /** @type {number} */ place, /** @type {"del" | "ins"} */ tag) => {
      if (place < 0) return [make("td", { class: "diff-number" }), make("td", { class: "diff-none" })];
      const part = both ? both[tag === "del" ? "left" : "right"] : "";
      const text = row.same ? [lines[place]] : both ? [both.head, part ? make(tag, {}, part) : null, both.tail] : [make(tag, {}, lines[place])];
      return [make("td", { class: "diff-number" }, place + 1), make("td", { class: row.same ? false : `diff-${tag}` }, make("code", {}, ...text))];
    };
    return make("tr", {}, ...side(left, row.left, "del"), ...side(right, row.right, "ins"));
  }

  Object.assign(window.runsite, { makeFiles });
})();
