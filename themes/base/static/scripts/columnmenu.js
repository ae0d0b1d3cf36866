// The panel of a column: order, a filter of its own, grouping, shading, its place.
(function () {
  "use strict";

  const { make, makeItem, makeTick, closePopover, fieldOf, makeRange, makeWords, makeContains, readClause, formatCount, coalesce } = window.runsite;
  const MAX_WORDS = 200;
  const BARS = 32;

  /**
   * Fill a column's panel.
   * @param {HTMLElement} panel @param {any} page the experiment's view with its commands @param {any} column
   */
  function fillColumnMenu(panel, page, column) {
    const then = (/** @type {() => void} */ task) => () => {
      closePopover({ refocus: true });
      task();
    };
    const { id } = column;
    const grouped = page.group.includes(id);
    const shown = page.columns.map((/** @type {any} */ each) => each.id);
    const place = shown.indexOf(id);
    panel.append(make("p", { class: "menu-title", title: column.label }, column.label));
    const [up, down] = column.kind === "time" ? ["Oldest first", "Newest first"] : column.isText ? ["Sort A to Z", "Sort Z to A"] : ["Lowest first", "Highest first"];
    panel.append(make("div", { class: "menu-row" }, makeItem(up, then(() => page.sortOnly(id, false))), makeItem(down, then(() => page.sortOnly(id, true)))));
    if (fieldOf(column)) panel.append(makeFilter(page, column));
    const items = [makeItem(grouped ? "Stop grouping by this" : "Group by this", then(() => page.setGroup(grouped ? page.group.filter((/** @type {string} */ each) => each !== id) : [...page.group, id])))];
    if (!column.isText && column.kind !== "time") items.push(makeItem(page.shaded.has(id) ? "Stop shading" : "Shade by value", then(() => page.shade([id], !page.shaded.has(id)))));
    if (id !== "run.name") {
      const pinned = page.pinned.has(id);
      items.push(makeItem(pinned ? "Unpin" : "Pin to the left", then(() => page.pinColumn(id, !pinned))));
      if (place > 1) items.push(makeItem("Move left", then(() => page.shiftColumnBy(id, -1))));
      if (place < shown.length - 1) items.push(makeItem("Move right", then(() => page.shiftColumnBy(id, 1))));
      items.push(makeItem("Hide", then(() => page.setColumn(id, false))));
    }
    panel.append(make("div", { class: "menu-list" }, ...items));
  }

  /** @param {any} page @param {any} column */
  function makeFilter(page, column) {
    const clause = page.clauses.get(column.id) ?? "";
    const read = readClause(clause);
    // The other filters decide which values are offered, not this one.
    const rows = page.rowsWithout(column.id);
    return make("fieldset", { class: "menu-filter" }, make("legend", {}, "Filter"), ...(column.isText ? makeWordControls(page, column, read, rows) : makeRangeControls(page, column, read, rows)));
  }

  /** @param {any} page @param {any} column @param {any} read @param {Uint32Array} rows */
  function makeRangeControls(page, column, read, rows) {
    const type = column.kind === "time" ? "date" : "number";
    const makeEnd = (/** @type {string} */ label, /** @type {string} */ value) => {
      const input = /** @type {HTMLInputElement} */ (make("input", { type, step: "any", "aria-label": `${label} ${column.label}`, placeholder: label }));
      input.value = value;
      input.addEventListener("input", apply);
      return input;
    };
    const apply = coalesce(() => page.setColumnFilter(column.id, makeRange(column, { from: from.value, to: to.value })));
    const from = makeEnd("From", read.from);
    const to = makeEnd("To", read.to);
    const extent = column.extent(rows);
    const parts = [make("div", { class: "menu-range" }, from, make("span", { "aria-hidden": "true" }, "–"), to)];
    if (extent && extent[0] < extent[1]) {
      const show = (/** @type {number} */ value) => window.runsite[column.kind === "time" ? "formatTime" : column.kind === "duration" ? "formatDuration" : "formatNumber"](value);
      parts.unshift(makeHistogram(column, rows, extent));
      parts.push(make("p", { class: "menu-note" }, `${show(extent[0])} to ${show(extent[1])}${column.kind === "duration" ? ", in seconds" : ""}`));
    }
    return parts;
  }

  /** @param {any} column @param {Uint32Array} rows @param {[number, number]} extent */
  function makeHistogram(column, rows, [low, high]) {
    const counts = new Array(BARS).fill(0);
    for (const row of rows) {
      const value = column.numbers[row];
      if (!column.absent[row] && Number.isFinite(value)) counts[Math.min(BARS - 1, Math.floor(((value - low) / (high - low)) * BARS))]++;
    }
    const most = Math.max(...counts);
    const bars = make("div", { class: "histogram", role: "img", "aria-label": `How the values of ${column.label} are spread` });
    for (const count of counts) {
      const bar = make("span", {});
      bar.style.height = `${count ? Math.max(6, (count / most) * 100) : 0}%`;
      bars.append(bar);
    }
    return bars;
  }

  /** @param {any} page @param {any} column @param {any} read @param {Uint32Array} rows */
  function makeWordControls(page, column, read, rows) {
    const counts = new Map();
    let missing = 0;
    for (const row of rows) {
      const code = column.codes[row];
      if (code < 0) missing++;
      else counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    const order = column.ranks();
    const words = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MAX_WORDS);
    if (words.every(([, count]) => count === 1) && words.length) words.sort((a, b) => order[a[0]] - order[b[0]]);
    const apply = () => page.setColumnFilter(column.id, makeWords(column, read.words, read.missing));
    const search = /** @type {HTMLInputElement} */ (make("input", { type: "search", "aria-label": `Text in ${column.label}`, placeholder: "Contains …" }));
    search.value = read.part;
    const list = make("div", { class: "menu-words" }, ...words.map(([code, count]) => makeWord(column.shownWord(code), count, read.words.has(column.words[code]), (on) => {
      if (on) read.words.add(column.words[code]);
      else read.words.delete(column.words[code]);
      search.value = "";
      apply();
    })));
    if (missing) list.append(makeWord("no value", missing, read.missing, (on) => {
      read.missing = on;
      apply();
    }));
    search.addEventListener("input", coalesce(() => {
      for (const label of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("label"))) label.hidden = !(label.dataset.word ?? "").includes(search.value.toLowerCase());
      page.setColumnFilter(column.id, makeContains(column, search.value));
    }));
    const more = counts.size > words.length ? make("p", { class: "menu-note" }, `The most frequent ${words.length} of ${formatCount(counts.size)}.`) : null;
    return [search, list, ...(more ? [more] : [])];
  }

  /** @param {string} word @param {number} count @param {boolean} checked @param {(on: boolean) => void} onChange */
  function makeWord(word, count, checked, onChange) {
    const tick = makeTick(word || "(empty)", checked, onChange);
    tick.dataset.word = word.toLowerCase();
    tick.append(" ", make("span", { class: "muted" }, formatCount(count)));
    return tick;
  }

  window.runsite.fillColumnMenu = fillColumnMenu;
})();
