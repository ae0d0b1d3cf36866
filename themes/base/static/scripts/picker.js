// Choosing runs for a comparison: words or a query over the runs of every experiment.
(function () {
  "use strict";

  const { make, coalesce, runsOf, filterRuns, formatCount, formatNumber } = window.runsite;
  const MAX_SHOWN = 40;

  /**
   * Fill the panel.
   * @param {HTMLElement} panel @param {any} page the comparison: experiments, ids, add, remove
   */
  function fillPicker(panel, page) {
    panel.classList.add("picker");
    const search = /** @type {HTMLInputElement} */ (make("input", { type: "search", "aria-label": "Search runs", placeholder: "Words, or metrics.rmse < 7", spellcheck: "false", autocomplete: "off" }));
    const select = /** @type {HTMLSelectElement} */ (make("select", { "aria-label": "Experiment" }, make("option", { value: "" }, "All experiments"), ...page.experiments.map((/** @type {any} */ one, /** @type {number} */ i) => make("option", { value: i }, one.name))));
    const note = make("p", { class: "menu-note", role: "status" });
    const list = make("div", { class: "picker-list", role: "group", "aria-label": "Runs" });
    let turn = 0;
    const update = coalesce(async () => {
      const now = ++turn;
      const wanted = select.value ? [page.experiments[Number(select.value)]] : page.experiments;
      const found = await findMatches(wanted, search.value, () => now === turn);
      if (!found) return;
      note.textContent = `${formatCount(found.count)} run${found.count === 1 ? "" : "s"}${found.count > MAX_SHOWN ? `, the first ${MAX_SHOWN} shown` : ""}${found.problem ? `; as a query: ${found.problem}` : ""}`;
      list.replaceChildren(...found.some.map(({ runs, row, experiment }) => makeItem(page, runs, row, experiment)));
    });
    search.addEventListener("input", update);
    select.addEventListener("change", update);
    panel.append(search, select, note, list);
    update();
  }

  /** @param {any[]} experiments @param {string} text @param {() => boolean} wanted */
  async function findMatches(experiments, text, wanted) {
    /** @type {{runs: any, row: number, experiment: any}[]} */
    const some = [];
    let [count, problem] = [0, ""];
    for (const experiment of experiments) {
      const runs = await runsOf(experiment);
      if (!wanted()) return null;
      const found = filterRuns(runs, text);
      problem ||= found.problem;
      for (let row = runs.size - 1; row >= 0; row--) {
        if (found.mask && !found.mask[row]) continue;
        if (count++ < MAX_SHOWN) some.push({ runs, row, experiment });
      }
    }
    return { some, count, problem };
  }

  /** @param {any} page @param {any} runs @param {number} row @param {any} experiment */
  function makeItem(page, runs, row, experiment) {
    const id = runs.runId(row);
    const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox" }));
    box.checked = page.ids.includes(id);
    box.addEventListener("change", () => (box.checked ? page.add([id]) : page.remove(id)));
    const metric = runs.columns.find((/** @type {any} */ c) => c.direction && !c.isMissing(row));
    const told = [page.experiments.length > 1 ? experiment.name : "", metric ? `${metric.label} ${formatNumber(metric.numbers[row])}` : "", runs.get("run.started").text(row)];
    return make("label", { class: "tick" }, box, make("span", {}, runs.name(row)), " ", make("span", { class: "muted" }, told.filter(Boolean).join(" · ")));
  }

  window.runsite.fillPicker = fillPicker;
})();
