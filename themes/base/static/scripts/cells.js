// Rows and cells of the runs table as elements.
(function () {
  "use strict";

  const { make, runPath, root, formatNumber, formatDuration, formatTime, formatCount, formatExact } = window.runsite;

  /** Strongest share of the shading colour: text stays readable on it in both themes. */
  const MAX_SHADE = 42;

  /** @param {any} column */
  function cellClass(column) {
    return column.id === "run.name" ? "cell-name" : `cell-${column.kind}`;
  }

  /** @param {any} column @param {number} value */
  function formatIn(column, value) {
    if (column.kind === "time") return formatTime(value);
    return column.kind === "duration" ? formatDuration(value) : formatNumber(value);
  }

  /**
   * Make the row of a run.
   * @param {any} table @param {number} row @param {number} place
   */
  function makeRunRow(table, row, place) {
    const { view } = table;
    const id = view.runs.runId(row);
    const name = view.runs.name(row);
    const chosen = view.selected.has(id);
    const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", tabindex: -1, "aria-label": `Select ${name}`, "data-run": id }));
    box.checked = chosen;
    const line = make("tr", { "data-row": row, "aria-rowindex": place + 2, "aria-selected": chosen ? "true" : false }, make("td", { class: "cell-check" }, box));
    const depth = view.lines.depth?.[place] ?? 0;
    for (const column of table.columns) {
      line.append(column.id === "run.name" ? makeNameCell(view, row, { id, name, depth }) : makeCell(table, column, row));
    }
    return line;
  }

  /** @param {any} view @param {number} row @param {{id: string, name: string, depth: number}} run */
  function makeNameCell(view, row, { id, name, depth }) {
    const cell = make("th", { scope: "row", class: "cell-name", title: name });
    if (depth) cell.style.setProperty("--depth", String(depth));
    const below = view.lines.children.get(row);
    if (below) cell.append(makeOpener(view.open.has(id), id, `${name}, ${formatCount(below)} nested run${below === 1 ? "" : "s"}`));
    cell.append(make("a", { href: root() + runPath(id), tabindex: -1 }, name));
    if (below) cell.append(make("span", { class: "below", title: `${formatCount(below)} nested` }, formatCount(below)));
    if (depth && !view.group.length) cell.append(make("span", { class: "hidden-text" }, `, nested ${depth} deep`));
    return cell;
  }

  /** @param {boolean} open @param {string} key @param {string} label */
  function makeOpener(open, key, label) {
    return make("button", { type: "button", class: "opener", tabindex: -1, "aria-expanded": String(open), "aria-label": label, "data-open": key }, "▸");
  }

  /** @param {any} table @param {any} column @param {number} row */
  function makeCell(table, column, row) {
    const text = column.text(row);
    if (column.id === "run.status") return makeStatusCell(text);
    const best = table.best.has(column.id) && column.numbers[row] === table.best.get(column.id) && !column.isMissing(row);
    const cell = make("td", { class: cellClass(column) + (best ? " best" : ""), title: column.exact(row) || false });
    if (table.view.sparks && column.group === "metrics") cell.append(make("span", { class: "spark", "data-key": column.label }));
    cell.append(text);
    if (best) cell.setAttribute("aria-label", `${text}, best`);
    shade(cell, table.ranges.get(column.id), column, column.isText || column.absent[row] ? NaN : column.numbers[row]);
    return cell;
  }

  /** @param {string} text */
  function makeStatusCell(text) {
    const status = text.toLowerCase();
    return make("td", { class: "cell-text" }, make("span", { class: `status status-${status}` }, status));
  }

  /** @param {HTMLElement} cell @param {[number, number] | undefined} range @param {any} column @param {number} value */
  function shade(cell, range, column, value) {
    if (!range || Number.isNaN(value)) return;
    const share = range[0] < range[1] ? Math.min(1, Math.max(0, (value - range[0]) / (range[1] - range[0]))) : 0;
    cell.classList.add("shaded");
    cell.style.setProperty("--shade", `${Math.round((column.direction === "min" ? 1 - share : share) * MAX_SHADE)}%`);
  }

  /**
   * Make the row of a group: how many runs, and mean ± standard deviation of each number.
   * @param {any} table @param {number} index @param {number} place
   */
  function makeGroupRow(table, index, place) {
    const { view } = table;
    const group = view.lines.groups[index];
    const label = group.label.join(" · ");
    const open = view.open.has(group.key);
    const count = group.rows.length;
    const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", tabindex: -1, "aria-label": `Select the ${formatCount(count)} runs of ${label}`, "data-group": index }));
    const chosen = group.rows.filter((/** @type {number} */ row) => view.selected.has(view.runs.runId(row))).length;
    box.checked = chosen === count;
    box.indeterminate = chosen > 0 && chosen < count;
    const line = make("tr", { class: "group-line", "data-row": -1 - index, "aria-rowindex": place + 2 }, make("td", { class: "cell-check" }, box));
    for (const column of table.columns) {
      if (column.id === "run.name") {
        line.append(make("th", { scope: "row", class: "cell-name", title: label }, makeOpener(open, group.key, `${label}, ${formatCount(count)} run${count === 1 ? "" : "s"}`), make("span", { class: "group-label" }, label), make("span", { class: "below", title: `${formatCount(count)} run${count === 1 ? "" : "s"}` }, formatCount(count))));
      } else line.append(column.isText ? makeWordsCell(group, column) : makeMeanCell(table, group, column));
    }
    return line;
  }

  /** @param {any} group @param {any} column */
  function makeWordsCell(group, column) {
    const words = group.words(column);
    const [first] = words;
    if (words.size === 1 && column.id === "run.status") return makeStatusCell(column.words[first]);
    if (words.size === 1) return make("td", { class: "cell-text" }, first < 0 ? "" : column.shownWord(first));
    return make("td", { class: "cell-text muted" }, `${formatCount(words.size)} different`);
  }

  /** @param {any} table @param {any} group @param {any} column */
  function makeMeanCell(table, group, column) {
    const found = group.summarise(column);
    const kind = cellClass(column);
    if (!found || column.kind === "time") return make("td", { class: kind }, found ? `${formatTime(found.low).slice(0, 10)} …` : "");
    const { count, mean, deviation, low, high, odd } = found;
    const best = table.best.get(column.id) === mean;
    const told = [`mean of ${formatCount(count)} value${count === 1 ? "" : "s"}: ${formatExact(mean)}`, deviation === null ? "" : `standard deviation (n − 1): ${formatExact(deviation)}`, `from ${formatExact(low)} to ${formatExact(high)}`, odd ? `${formatCount(odd)} not finite, left out` : ""];
    const cell = make("td", { class: `${kind}${best ? " best" : ""}`, title: told.filter(Boolean).join("\n") }, formatIn(column, mean));
    if (deviation !== null) cell.append(make("span", { class: "deviation" }, ` ± ${formatIn(column, deviation)}`));
    shade(cell, table.ranges.get(column.id), column, mean);
    return cell;
  }

  Object.assign(window.runsite, { cellClass, makeRunRow, makeGroupRow });
})();
