// What stands above the runs table: the filter, counts, and the panels for columns, view and export.
(function () {
  "use strict";

  const { make, formatCount, root, openPopover, closePopover, makeItem, makeTick, makeChooser, makeCsv, makeJson, makePython, download, copyText } = window.runsite;

  class Toolbar {
    /** @param {HTMLElement} bar @param {any} page the experiment's view with its commands */
    constructor(bar, page) {
      this.page = page;
      this.input = /** @type {HTMLInputElement} */ (make("input", { type: "search", "aria-label": "Filter runs", placeholder: 'Filter: words, or metrics.rmse < 7 and params.booster = "gbtree"', autocomplete: "off", spellcheck: "false" }));
      const { input } = this;
      input.addEventListener("input", () => page.setFilter(input.value));
      this.count = make("p", { class: "toolbar-count", role: "status" });
      this.complaint = make("p", { class: "toolbar-problem", id: "filter-problem", hidden: true });
      this.unbrush = make("button", { type: "button", class: "plain", hidden: true, onclick: () => page.plots.clearBrush() }, "Let go of the plot's ranges");
      this.compare = make("a", { class: "button-primary", hidden: true });
      this.clear = make("button", { type: "button", class: "plain", hidden: true, onclick: () => page.select([...page.selected], false) }, "Clear selection");
      this.chips = make("ul", { class: "chips", "aria-label": "What narrows and groups the table", hidden: true });
      this.said = make("p", { class: "hidden-text", role: "status" });
      /** @type {HTMLElement} */
      const view = make("button", { type: "button", class: "plain", "aria-haspopup": "dialog", onclick: () => openPopover(view, "View", (/** @type {HTMLElement} */ panel) => this.fillView(panel)) }, "View");
      /** @type {HTMLElement} */
      const save = make("button", { type: "button", class: "plain", "aria-haspopup": "dialog", onclick: () => openPopover(save, "Export", (/** @type {HTMLElement} */ panel) => this.fillExport(panel)) }, "Export");
      bar.append(make("div", { class: "toolbar-filter" }, input), this.count, this.unbrush, this.clear, this.compare, make("div", { class: "toolbar-panels" }, makeChooser(page), view, save), this.complaint, this.chips, this.said);
      bar.hidden = false;
    }

    /** Show the state of the view. */
    update() {
      const { page } = this;
      const { size } = page.runs;
      const { found, selected, rows } = page;
      if (this.input.value !== page.filter) this.input.value = page.filter;
      const words = rows.length === size ? `${formatCount(size)} run${size === 1 ? "" : "s"}` : `${formatCount(rows.length)} of ${formatCount(size)} runs`;
      this.count.textContent = selected.size ? `${words}, ${formatCount(selected.size)} selected` : words;
      const problem = found.problem ? `As a query: ${found.problem}. Searching for the words instead.` : found.unknown.length ? `No run here has ${found.unknown.join(" or ")}.` : "";
      this.complaint.hidden = !problem;
      this.complaint.textContent = problem;
      if (problem) this.input.setAttribute("aria-describedby", "filter-problem");
      else this.input.removeAttribute("aria-describedby");
      this.unbrush.hidden = !page.brushed;
      this.clear.hidden = this.compare.hidden = selected.size === 0;
      this.compare.textContent = `Compare ${formatCount(selected.size)}`;
      this.compare.setAttribute("href", `${root()}compare.html#runs=${[...selected].map(encodeURIComponent).join(",")}`);
      this.updateChips();
    }

    updateChips() {
      const { page } = this;
      const chips = [...page.clauses].map(([id, clause]) => makeChip(clause, `Remove the filter ${clause}`, () => page.setColumnFilter(id, "")));
      for (const id of page.group) {
        const { label } = page.runs.get(id);
        chips.push(makeChip(`by ${label}`, `Stop grouping by ${label}`, () => page.setGroup(page.group.filter((/** @type {string} */ each) => each !== id))));
      }
      if (page.group.length || (page.nested && page.nest)) {
        const any = page.open.size > 0;
        chips.push(make("li", {}, make("button", { type: "button", class: "link", onclick: () => page.openAll(!any) }, any ? "Close all" : "Open all")));
      }
      this.chips.replaceChildren(...chips);
      this.chips.hidden = chips.length === 0;
    }

    /** Tell a screen reader. @param {string} text */
    say(text) {
      this.said.textContent = text;
    }

    /** @param {HTMLElement} panel */
    fillView(panel) {
      const { page } = this;
      const { runs } = page;
      const select = /** @type {HTMLSelectElement} */ (make("select", {}, make("option", { value: "" }, "nothing")));
      for (const column of runs.columns) {
        if (column.group === "hidden" || column.id === "run.id" || column.distinct < 2 || column.distinct > Math.max(2, runs.size / 2)) continue;
        select.append(make("option", { value: column.id }, column.group === "run" ? column.label : `${column.label} (${column.group.replace(/s$/, "")})`));
      }
      select.value = page.group.length === 1 ? page.group[0] : "";
      select.addEventListener("change", () => page.setGroup(select.value ? [select.value] : []));
      panel.append(make("label", { class: "menu-field" }, make("span", {}, "Group by"), select));
      if (page.nested) panel.append(makeTick("Fold nested runs under their parents", page.nest, (/** @type {boolean} */ on) => page.setNest(on)));
      const metrics = page.columns.filter((/** @type {any} */ column) => column.group === "metrics").map((/** @type {any} */ column) => column.id);
      if (metrics.length) panel.append(makeTick("Shade metrics by value", metrics.every((/** @type {string} */ id) => page.shaded.has(id)), (/** @type {boolean} */ on) => page.shade(metrics, on)));
      if (!runs.get("run.curves").isEmpty) panel.append(makeTick("Sparklines of histories", page.sparks, (/** @type {boolean} */ on) => page.setSparks(on)));
      panel.append(make("div", { class: "menu-list" }, makeItem("Reset this view", () => {
        closePopover({ refocus: true });
        page.reset();
      })));
      panel.append(make("details", { class: "menu-note" }, make("summary", {}, "Keys"), make("p", {}, "Arrows move, Space selects, Enter opens or sorts. Shift with a header sorts by a further column, Alt with an arrow moves it, Alt and Down opens its options.")));
    }

    /** @param {HTMLElement} panel */
    fillExport(panel) {
      const { page } = this;
      const name = page.fileName();
      const note = make("p", { class: "menu-note", role: "status" }, `${formatCount(page.rows.length)} runs as shown`);
      const copy = (/** @type {() => string} */ text, /** @type {string} */ what) => async () => {
        note.textContent = (await copyText(text())) ? `${what} copied` : `${what} could not be copied`;
      };
      panel.append(make("div", { class: "menu-list" },
        makeItem("Download CSV", () => download(`${name}.csv`, "text/csv", makeCsv(page))),
        makeItem("Download JSON", () => download(`${name}.json`, "application/json", makeJson(page))),
        makeItem("Copy as Python query", copy(() => makePython(page), "Query")),
        makeItem("Copy link to this view", copy(() => location.href, "Link"))), note);
    }
  }

  /** @param {string} text @param {string} label @param {() => void} onRemove */
  function makeChip(text, label, onRemove) {
    return make("li", { class: "chip" }, make("span", { title: text }, text), make("button", { type: "button", "aria-label": label, onclick: onRemove }, "×"));
  }

  window.runsite.Toolbar = Toolbar;
})();
