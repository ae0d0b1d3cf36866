// Any runs beside each other, chosen in the address: what differs first, then curves, then the rest.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, pageData, loadRuns, readState, root, runPath } = runsite;
  // In the order in which they stand: what a reader compares first comes first.
  const TITLES = { metrics: "Metrics", params: "Params", tags: "Tags", run: "Run" };
  const MAX_CURVES = 8;

  /** @typedef {{runs: any, row: number, experiment: any}} Chosen */

  /** @param {any[]} experiments @param {string[]} ids @returns {Promise<Chosen[]>} */
  async function findRuns(experiments, ids) {
    const wanted = new Set(ids);
    /** @type {Map<string, Chosen>} */
    const found = new Map();
    for (const experiment of experiments) {
      if (found.size === wanted.size) break;
      const runs = await loadRuns(experiment);
      for (const id of wanted) {
        const row = runs.rowOf(id);
        if (row >= 0) found.set(id, { runs, row, experiment });
      }
    }
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** All columns of the chosen runs, in the order of the first run that has them. @param {Chosen[]} chosen */
  function listColumns(chosen) {
    /** @type {Map<string, any>} */
    const columns = new Map();
    for (const { runs } of new Set(chosen)) for (const column of runs.columns) if (!columns.has(column.id)) columns.set(column.id, column);
    const order = Object.keys(TITLES);
    return [...columns.values()]
      .filter((column) => order.includes(column.group) && column.id !== "run.name" && column.id !== "run.parent")
      .sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
  }

  /** @param {Chosen[]} chosen @param {any[]} columns @param {boolean} onlyDifferent */
  function makeTable(chosen, columns, onlyDifferent) {
    const head = make("tr", {}, make("th", { scope: "col" }, "What"), ...chosen.map(({ runs, row }) => make("th", { scope: "col" }, make("a", { href: root() + runPath(runs.runId(row)) }, runs.name(row)))));
    const body = make("tbody", {});
    let group = "";
    for (const column of columns) {
      const line = makeLine(chosen, column);
      if (!line || (onlyDifferent && !line.differs)) continue;
      if (column.group !== group) {
        group = column.group;
        body.append(make("tr", { class: "group" }, make("th", { scope: "colgroup", colspan: chosen.length + 1 }, TITLES[/** @type {"run"} */ (group)])));
      }
      body.append(line.element);
    }
    return make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Runs beside each other" }, make("table", { class: `list compare-table${onlyDifferent ? "" : " show-all"}` }, make("thead", {}, head), body));
  }

  /** @param {Chosen[]} chosen @param {any} column */
  function makeLine(chosen, column) {
    const own = chosen.map(({ runs }) => runs.find(column.id));
    const values = chosen.map(({ row }, i) => own[i]?.value(row) ?? null);
    if (values.every((value) => value === null)) return null;
    const differs = values.some((value) => String(value) !== String(values[0]));
    const numbers = values.filter((value) => typeof value === "number" && Number.isFinite(value));
    const best = column.direction && differs && numbers.length > 1 ? (column.direction === "min" ? Math.min(...numbers) : Math.max(...numbers)) : null;
    const cells = chosen.map(({ row }, i) => {
      const text = own[i]?.text(row) ?? "";
      return make("td", { class: best !== null && values[i] === best ? "best" : false, title: own[i]?.exact(row) || false }, text || "–");
    });
    return { differs, element: make("tr", { class: differs ? "differs" : false }, make("th", { scope: "row" }, column.label), ...cells) };
  }

  /** @param {HTMLElement} host @param {Chosen[]} chosen */
  function show(host, chosen) {
    const columns = listColumns(chosen);
    const place = make("div", {});
    const only = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", checked: true }));
    const draw = () => place.replaceChildren(makeTable(chosen, columns, only.checked));
    only.addEventListener("change", draw);
    const curves = make("div", { class: "panel" }, make("div", { class: "plot" }));
    host.append(
      make("section", {}, make("h2", {}, `${chosen.length} runs`), make("div", { class: "plot-bar" }, make("label", {}, only, "Only what differs")), place),
      make("section", { "data-compare-curves": true }, make("h2", {}, "Learning curves"), curves),
    );
    draw();
    void showCurves(/** @type {HTMLElement} */ (curves.firstElementChild), chosen);
  }

  /** @param {HTMLElement} host @param {Chosen[]} chosen */
  async function showCurves(host, chosen) {
    const some = chosen.filter(({ runs, row }) => !runs.get("run.curves").isMissing(row)).slice(0, MAX_CURVES);
    const section = host.closest("section");
    if (!some.length) {
      section?.remove();
      return;
    }
    const plot = new runsite.CurvesPlot(host, some[0].runs);
    await plot.showLines(some.map(({ runs, row }) => ({ name: runs.name(row), runId: runs.runId(row), shard: runs.get("run.curves").text(row) })));
  }

  async function start() {
    const host = /** @type {HTMLElement | null} */ (document.querySelector("[data-compare]"));
    if (!host) return;
    const ids = [...new Set((readState().get("runs") ?? "").split(",").filter(Boolean))];
    host.replaceChildren();
    if (!ids.length) return;
    const chosen = await findRuns(pageData(), ids);
    const missing = ids.length - chosen.length;
    if (missing) host.append(make("p", { class: "notice notice-warning" }, `${missing} of ${ids.length} runs are not on this site.`));
    if (chosen.length) show(host, chosen);
  }

  document.addEventListener("DOMContentLoaded", () => void start());
  runsite.onStateChange(() => void start());
})();
