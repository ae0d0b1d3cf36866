// The page of any run: finds the run's shard by its id, and shows what a run's own page shows.
(function () {
  "use strict";

  const { make, load, pageData, readState, root, showCurves, loadCurves, offerCopies, elements } = window.runsite;
  const { link, statusPill, factValue, title, factTable, pairTable, section, list, directionMark, makeMetrics, drawSparkline, makeFiles } = elements;
  /** @type {(columns: any) => any[]} */
  const rows = elements.rows;

  /** @typedef {Record<string, any>} Item */

  /**
   * Find a run.
   * @param {string} id @param {{first: string[], shards: string[]}} index first ids of the shards, sorted
   * @returns {Promise<string | Item | null>} the path of its own page, or the facts, or null
   */
  async function findRun(id, { first, shards }) {
    let place = first.findIndex((start) => start > id);
    if (place < 0) place = first.length;
    if (place === 0) return null;
    const { fields, parts, runs } = /** @type {any} */ (await load(shards[place - 1]));
    const found = runs.find((/** @type {any[]} */ [runId]) => runId === id);
    if (!found) return null;
    if (typeof found[1] === "string") return found[1];
    return Object.fromEntries(fields.map((/** @type {string} */ name, /** @type {number} */ i) => [name, parts[found[1][i]]]));
  }

  /** @param {Item} run */
  function hero(run) {
    const versions = rows(run.versions).map((version) => link(version.path, `${version.model} v${version.version}`, { class: "version-badge" }));
    const facts = rows(run.facts).map((fact) =>
      make("div", { class: "fact" }, make("dt", {}, fact.label), make("dd", { title: title(fact) }, factValue(fact))));
    return make("header", { class: "hero" },
      make("p", { class: "kicker" }, "Run of ", link(run.experiment.path, run.experiment.label)),
      make("h1", {}, run.run.name, " ", statusPill(run.run.status), ...versions),
      make("dl", { class: "facts" }, ...facts),
      run.warnings.length ? make("ul", { class: "notice notice-warning" }, ...run.warnings.map((/** @type {string} */ text) => make("li", {}, text))) : null,
      run.parent ? make("p", { class: "muted" }, "Nested in ", link(run.parent.path, run.parent.name, { class: "run-link" })) : null,
      run.note ? make("pre", { class: "prose" }, run.note) : null,
      make("nav", { class: "siblings", "aria-label": "Runs of this experiment" },
        run.previous ? make("a", { href: root() + run.previous.path, rel: "prev" }, "← ", make("span", {}, run.previous.name)) : null,
        link(`compare.html#runs=${run.run.run_id}`, "Compare with others"),
        run.following ? make("a", { href: root() + run.following.path, rel: "next" }, make("span", {}, run.following.name), " →") : null));
  }

  /** @param {Item} run */
  function environment(run) {
    const packages = rows(run.packages);
    return section("environment", "Environment", run.environment, () => [factTable(run.environment),
      ...(packages.length ? [make("details", {}, make("summary", {}, `${packages.length} ${packages.length === 1 ? "library" : "libraries"}`), pairTable(run.packages))] : [])]);
  }

  /** Very many params take the whole width. @param {HTMLElement | null} part @param {Item} things */
  function widen(part, things) {
    if (part && rows(things).length > 24) part.className = "wide";
    return part;
  }

  /** The runs nested in this one with what they differ in, the best first. @param {Item} run */
  function nestedRuns(run) {
    const columns = rows(run.nested.columns);
    const withStatus = Boolean(run.nested.shows_status);
    const first = [["Run", ""], ...(withStatus ? [["Status", ""]] : [])];
    const heads = [...first, ...columns.map(({ label, kind }) => [label, kind === "metric" ? "num" : ""]), ["Duration", "num"]];
    const cell = (/** @type {Item} */ { kind, text, best }) => make("td", { class: kind === "metric" ? "num" : false }, best ? make("strong", { class: "best", title: "the best of these runs" }, text) : text ?? "");
    const lines = rows(run.nested.rows).map(({ run: child, cells, duration }) => make("tr", {}, make("th", { scope: "row" }, link(child.path, child.name, { class: "run-link" })), ...(withStatus ? [make("td", {}, statusPill(child.status))] : []), ...rows(cells).map(cell), make("td", { class: "num" }, duration ?? "")));
    const part = section("children", "Nested runs", run.children, () => {
      const box = list("children", /** @type {[string, string][]} */ (heads), lines);
      box.querySelectorAll("thead th").forEach((/** @type {Element} */ head, /** @type {number} */ i) => {
        const mark = directionMark(columns[i - first.length]?.direction);
        if (mark) head.append(" ", mark);
      });
      const more = run.n_children > lines.length ? make("p", { class: "muted" }, `${lines.length} of ${run.n_children}; the experiment's table has them all.`) : null;
      return more ? [box, more] : [box];
    }, String(run.n_children));
    const ids = rows(run.nested.rows).slice(0, 10).map(({ run: child }) => child.run_id);
    if (ids.length > 1) part?.querySelector(".section-head .muted")?.append(" · ", link(`compare.html#runs=${ids.join(",")}`, `Compare ${lines.length > 10 ? "the best 10" : "them"}`));
    return part;
  }

  /** @param {Item} run */
  function sections(run) {
    const inputs = [["Dataset", ""], ["Used for", ""], ["Rows", "num"], ["Digest", ""], ["Source", ""]];
    return [
      section("metrics", "Metrics", run.metrics, () => [
        makeMetrics(run.metrics),
        make("div", { class: "curves", hidden: true, "data-history": "" })]),
      nestedRuns(run),
      make("div", { class: "columns" },
        widen(section("params", "Params", run.params, () => [pairTable(run.params)]), run.params),
        make("div", {},
          section("tags", "Tags", run.tags, () => [pairTable(run.tags)]),
          section("code", "Code", run.code, () => [factTable(run.code)]),
          environment(run))),
      section("inputs", "Datasets", run.inputs, () => [list("inputs", /** @type {[string, string][]} */ (inputs), rows(run.inputs).map((input) =>
        make("tr", {}, make("th", { scope: "row" }, input.name), make("td", {}, input.context || ""), make("td", { class: "num" }, input.rows), make("td", {}, make("code", {}, input.digest || "")), make("td", { class: "wrap" }, make("code", {}, input.source || "")))))]),
      ...makeFiles(run),
      section("reproduce", "Run it again", run.reproduce, () => [make("pre", { class: "code", tabindex: "0" }, make("code", {}, run.reproduce.join("\n")))]),
    ];
  }

  /** @param {Item} run */
  async function drawHistories(run) {
    const curves = /** @type {any[]} */ (await loadCurves(run.curves_path, run.run.run_id));
    const byKey = new Map(curves.map((curve) => [curve.key, curve.values]));
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-spark]"))) {
      drawSparkline(cell, cell.dataset.spark || "", byKey.get(cell.dataset.spark) || []);
    }
    const place = /** @type {HTMLElement} */ (document.querySelector("[data-history]"));
    await showCurves(place, { curves: run.curves_path, run: run.run.run_id, name: run.run.name });
  }

  /** Put what is shown where the styles expect it: directly into the page's main part. @param {HTMLElement} main @param {(Node | null)[]} nodes */
  function fill(main, nodes) {
    for (const old of [...main.children]) if (!old.matches(".crumbs, script")) old.remove();
    main.append(.../** @type {Node[]} */ (nodes.filter(Boolean)));
  }

  /** @param {HTMLElement} main @param {string} heading @param {string} text */
  function say(main, heading, text) {
    document.title = heading;
    fill(main, [make("header", { class: "hero" }, make("h1", {}, heading), make("p", { class: "lead" }, text, " ", link("search.html", "Search for it"), "."))]);
  }

  /** @param {Item} experiment */
  function addCrumb(experiment) {
    const crumbs = document.querySelector(".crumbs ol");
    while (crumbs && crumbs.children.length > 1) crumbs.lastElementChild?.remove();
    crumbs?.append(make("li", {}, link("experiments/index.html", "Experiments")), make("li", {}, link(experiment.path, experiment.label)));
  }

  /** @param {HTMLElement} main */
  async function show(main) {
    // The options of the curves stand in the address too, so the id has a name; alone it needs none.
    const id = readState().get("run") ?? (location.hash.includes("=") ? "" : decodeURIComponent(location.hash.slice(1)));
    if (id && !readState().has("run")) history.replaceState(null, "", `#run=${encodeURIComponent(id)}`);
    if (!id) return say(main, "No run chosen", "The address of this page ends in the id of a run.");
    const run = await findRun(id, /** @type {any} */ (await load(pageData().index)));
    if (run === null) return say(main, "No such run", `The site has no run ${id}.`);
    if (typeof run === "string") return location.replace(root() + run);
    document.title = `${run.run.name} · ${run.experiment.label}`;
    addCrumb(run.experiment);
    fill(main, [hero(run), ...sections(run)]);
    offerCopies(main);
    main.dataset.shownRun = id;
    if (run.has_curves) await drawHistories(run);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const main = /** @type {HTMLElement} */ (document.querySelector("main"));
    void show(main);
    window.addEventListener("hashchange", () => void show(main));
  });
})();
