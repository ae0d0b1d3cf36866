// The panels of the runs table's toolbar: loaded when somebody goes there.
(function () {
  "use strict";

  const { make, formatCount, closePopover, makeItem, makeTick, fillChooser, makeCsv, makeJson, makePython, download, copyText } = window.runsite;

  /** @param {HTMLElement} panel @param {any} page the experiment's view with its commands */
  function fillView(panel, page) {
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

  /** @param {HTMLElement} panel @param {any} page */
  function fillExport(panel, page) {
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

  /** @param {string} title @param {HTMLElement} panel @param {any} page */
  function fillPanel(title, panel, page) {
    new Map([["Columns", fillChooser], ["View", fillView], ["Export", fillExport]]).get(title)?.(panel, page);
  }

  Object.assign(window.runsite, { fillPanel });
})();
