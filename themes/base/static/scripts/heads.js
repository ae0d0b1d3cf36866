// The header of the runs table: sorting, the kind of the columns, a menu for each.
(function () {
  "use strict";

  const { make, cellClass } = window.runsite;
  const KINDS = { run: "Run", metrics: "Metrics", params: "Params", tags: "Tags" };
  const BETTER = { min: "lower is better", max: "higher is better" };

  /** @param {any} table */
  function makeHeadRow(table) {
    const { view, columns } = table;
    const chosen = view.rows.length > 0 && view.rows.every((/** @type {number} */ row) => view.selected.has(view.runs.runId(row)));
    const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", tabindex: -1, "aria-label": "Select all runs that match", "data-all": true }));
    box.checked = chosen;
    box.indeterminate = !chosen && view.selected.size > 0;
    const line = make("tr", { "aria-rowindex": 1 }, make("th", { scope: "col", class: "cell-check" }, box));
    let before = "run";
    for (const column of columns) {
      line.append(makeHead(view, column, before));
      before = column.group;
    }
    return line;
  }

  /** @param {any} view @param {any} column @param {string} before kind of the column before */
  function makeHead(view, column, before) {
    const place = view.keys.findIndex((/** @type {any} */ key) => key.id === column.id);
    const key = view.keys[place];
    const better = BETTER[/** @type {"min"} */ (column.direction)];
    const arrow = column.direction ? make("span", { class: "direction", title: better }, column.direction === "min" ? "↓" : "↑") : null;
    const mark = key ? make("span", { class: "sort-mark", "aria-hidden": "true" }, `${key.descending ? "▼" : "▲"}${view.keys.length > 1 ? place + 1 : ""}`) : null;
    const title = `${column.label}${better ? ` (${better})` : ""}\nSort; with Shift as a further column`;
    const button = make("button", { type: "button", class: "sort", "data-sort": column.id, title, tabindex: -1 }, make("span", { class: "label" }, column.label), arrow, mark);
    const filtered = view.clauses.has(column.id);
    const menu = make("button", { type: "button", class: `head-menu${filtered ? " filtered" : ""}`, "data-menu": column.id, tabindex: -1, "aria-haspopup": "dialog", "aria-label": filtered ? "Column options, filtered" : "Column options" }, filtered ? "▾" : "⋮");
    const begins = column.group !== before;
    const head = make("th", { scope: "col", class: cellClass(column) + (begins ? " begins" : ""), "data-column": column.id, draggable: column.id === "run.name" ? false : "true", "aria-sort": key ? (key.descending ? "descending" : "ascending") : false });
    if (begins) head.append(make("span", { class: "kind", "aria-hidden": "true" }, KINDS[/** @type {"run"} */ (column.group)] ?? ""));
    head.append(button, menu);
    return head;
  }

  /**
   * Let headers be dragged to another place.
   * @param {HTMLElement} head @param {(id: string, before: string) => void} onMove
   */
  function letHeadsMove(head, onMove) {
    /** @type {string | null} */
    let moving = null;
    /** @param {Event} event @returns {HTMLElement | null} */
    const target = (event) => /** @type {HTMLElement} */ (event.target).closest("th[data-column]");
    const clear = () => head.querySelectorAll(".drop-here").forEach((each) => each.classList.remove("drop-here"));
    head.addEventListener("dragstart", (event) => {
      moving = target(event)?.dataset.column ?? null;
      event.dataTransfer?.setData("text/plain", moving ?? "");
    });
    head.addEventListener("dragover", (event) => {
      const over = target(event);
      if (!moving || !over || over.classList.contains("cell-name")) return;
      event.preventDefault();
      clear();
      over.classList.add("drop-here");
    });
    head.addEventListener("drop", (event) => {
      const over = target(event);
      event.preventDefault();
      clear();
      if (moving && over?.dataset.column) onMove(moving, over.dataset.column);
      moving = null;
    });
    head.addEventListener("dragend", clear);
  }

  Object.assign(window.runsite, { makeHeadRow, letHeadsMove, COLUMN_KINDS: KINDS });
})();
