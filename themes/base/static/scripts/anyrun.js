// The page of any run: finds the run's shard by its id, and shows what a run's own page shows.
(function () {
  "use strict";

  const { make, load, pageData, readState, root, showCurves, loadCurves } = window.runsite;
  const SVG = "http://www.w3.org/2000/svg";
  const [WIDTH, HEIGHT, PAD, BUCKETS] = [1200, 280, 30, 30];

  /** @typedef {Record<string, any>} Item */

  /** A list of things comes as columns, and their number under the empty name. @param {Item} columns @returns {Item[]} */
  function rows(columns) {
    if (Array.isArray(columns)) return [];
    const names = Object.keys(columns).filter((name) => name);
    return Array.from({ length: columns[""] }, (_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
  }

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

  /** @param {string} path @param {string} text @param {Item} [settings] */
  function link(path, text, settings = {}) {
    return make("a", { href: root() + path, ...settings }, text);
  }

  /** @param {string} status */
  function statusPill(status) {
    return make("span", { class: `status status-${status.toLowerCase()}` }, status.toLowerCase());
  }

  /** @param {Item} fact */
  function factValue(fact) {
    if (fact.path) return link(fact.path, fact.value);
    if (fact.url) return make("a", { href: fact.url, rel: "noopener noreferrer" }, make("code", {}, fact.value));
    if (fact.kind === "code") return make("code", {}, fact.value);
    if (fact.kind === "time" && fact.title) return make("time", { datetime: fact.title }, fact.value);
    return document.createTextNode(fact.value);
  }

  /** @param {Item} fact */
  function title(fact) {
    return fact.title && fact.title !== fact.value ? fact.title : false;
  }

  /** @param {Item} facts */
  function factTable(facts) {
    return make("table", { class: "pairs" }, make("tbody", {}, ...rows(facts).map((fact) =>
      make("tr", {}, make("th", { scope: "row" }, fact.label), make("td", { title: title(fact) }, factValue(fact))))));
  }

  /** @param {Item} pairs */
  function pairTable(pairs) {
    return make("table", { class: "pairs" }, make("tbody", {}, ...rows(pairs).map(({ key, value }) =>
      make("tr", {}, make("th", { scope: "row" }, key), make("td", {}, make("code", {}, value || ""))))));
  }

  /** A section; nothing where there is nothing to say. @param {string} id @param {string} heading @param {Item} things @param {() => Node[]} fill @param {string} [aside] */
  function section(id, heading, things, fill, aside = "") {
    if (Array.isArray(things) && !things.length) return null;
    const head = make("h2", { id }, heading);
    const line = aside ? make("div", { class: "section-head" }, head, make("span", { class: "muted" }, aside)) : head;
    return make("section", { "aria-labelledby": id }, line, ...fill());
  }

  /** @param {string} id @param {[string, string][]} heads text and class @param {HTMLElement[]} body @param {string} [kind] */
  function list(id, heads, body, kind = "") {
    const head = heads.map(([text, name]) => make("th", { scope: "col", class: name || false }, text));
    return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": id },
      make("table", { class: `list ${kind}`.trim() }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body)));
  }

  /** @param {Item} metric */
  function metricRow(metric) {
    const better = metric.direction === "min" ? "lower is better" : "higher is better";
    const arrow = metric.direction ? make("span", { class: "direction", title: better }, metric.direction === "min" ? "↓" : "↑", make("span", { class: "hidden-text" }, ` (${better})`)) : null;
    const at = (/** @type {string} */ step) => (step ? `at step ${step}` : false);
    return make("tr", {},
      make("th", { scope: "row" }, metric.key, " ", arrow),
      make("td", { class: "num strong", title: metric.last_exact }, metric.last),
      make("td", { class: "num muted" }, metric.last_step),
      make("td", { class: "num", title: at(metric.min_step) }, metric.min),
      make("td", { class: "num", title: at(metric.max_step) }, metric.max),
      make("td", { class: "num muted" }, metric.count),
      make("td", { class: "spark-cell", "data-spark": metric.key }));
  }

  /** @param {Item} artifact */
  function artifactRow(artifact) {
    const path = make("code", {}, artifact.path);
    const name = artifact.address ? make("a", { href: root() + artifact.address, download: artifact.name }, path) : path;
    return make("tr", {},
      make("th", { scope: "row" }, name, artifact.reason ? make("span", { class: "muted" }, ` ${artifact.reason}`) : null),
      make("td", { class: "num" }, artifact.size),
      make("td", { title: artifact.sha256 }, make("code", { class: "muted" }, artifact.sha256.slice(0, 16))));
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
        run.previous ? link(run.previous.path, `← ${run.previous.name}`, { rel: "prev" }) : null,
        run.following ? link(run.following.path, `${run.following.name} →`, { rel: "next" }) : null));
  }

  /** @param {Item} run */
  function environment(run) {
    const packages = rows(run.packages);
    return section("environment", "Environment", run.environment, () => [factTable(run.environment),
      ...(packages.length ? [make("details", {}, make("summary", {}, `${packages.length} libraries`), pairTable(run.packages))] : [])]);
  }

  /** @param {Item} run */
  function files(run) {
    const models = section("logged-models", "Logged models", run.models, () => [list("logged-models",
      [["Path", ""], ["Flavors", ""], ["Load with", ""], ["Digest", ""]],
      rows(run.models).map((model) => make("tr", {}, make("th", { scope: "row" }, make("code", {}, model.path || ".")), make("td", {}, model.flavors || ""), make("td", {}, make("code", {}, model.uri)), make("td", { title: model.digest }, make("code", {}, (model.digest || "").slice(0, 19))))))]);
    const artifacts = section("artifacts", "Artifacts", run.artifacts, () => [
      list("artifacts", [["Path", ""], ["Size", "num"], ["SHA-256", ""]], rows(run.artifacts).map(artifactRow))],
    `${run.artifacts[""]} file${run.artifacts[""] === 1 ? "" : "s"}, ${run.artifacts_size}`);
    return [models, artifacts];
  }

  /** @param {Item} run */
  function sections(run) {
    const heads = ["Metric", "Last", "Step", "Lowest", "Highest", "Values", "History"];
    const inputs = [["Dataset", ""], ["Used for", ""], ["Rows", "num"], ["Digest", ""], ["Source", ""]];
    return [
      section("metrics", "Metrics", run.metrics, () => [
        list("metrics", heads.map((head, i) => [head, i && i < 6 ? "num" : ""]), rows(run.metrics).map(metricRow), "metrics"),
        make("div", { class: "curves", hidden: true, "data-history": "" })]),
      make("div", { class: "columns" },
        section("params", "Params", run.params, () => [pairTable(run.params)]),
        make("div", {},
          section("tags", "Tags", run.tags, () => [pairTable(run.tags)]),
          section("code", "Code", run.code, () => [factTable(run.code)]),
          environment(run))),
      section("inputs", "Datasets", run.inputs, () => [list("inputs", /** @type {[string, string][]} */ (inputs), rows(run.inputs).map((input) =>
        make("tr", {}, make("th", { scope: "row" }, input.name), make("td", {}, input.context || ""), make("td", { class: "num" }, input.rows), make("td", {}, make("code", {}, input.digest || "")), make("td", { class: "wrap" }, make("code", {}, input.source || "")))))]),
      ...files(run),
      section("children", "Nested runs", run.children, () => [make("ul", { class: "run-list" }, ...rows(run.children).map((child) =>
        make("li", {}, link(child.path, child.name, { class: "run-link" }), " ", statusPill(child.status))))], String(run.n_children)),
      section("reproduce", "Run it again", run.reproduce, () => [make("pre", { class: "code", tabindex: "0" }, make("code", {}, run.reproduce.join("\n")))]),
    ];
  }

  /** As `make_sparkline` draws it: the extremes of equal buckets. @param {(number | null)[]} values */
  function sparkline(values) {
    const finite = /** @type {number[]} */ (values.filter(Number.isFinite));
    if (finite.length < 2) return null;
    const points = finite.length <= 2 * BUCKETS ? finite : Array.from({ length: BUCKETS }, (_, i) => {
      const part = finite.slice(Math.floor((i * finite.length) / BUCKETS), Math.floor(((i + 1) * finite.length) / BUCKETS));
      const [low, high] = [Math.min(...part), Math.max(...part)];
      return part.indexOf(low) < part.indexOf(high) ? [low, high] : [high, low];
    }).flat();
    points[points.length - 1] = finite[finite.length - 1];
    const [low, high] = [Math.min(...points), Math.max(...points)];
    const rise = high > low ? (HEIGHT - 2 * PAD) / (high - low) : 0;
    const places = points.map((value, i) => [Math.round(PAD + (i * (WIDTH - 2 * PAD)) / (points.length - 1)), Math.round(rise ? HEIGHT - PAD - (value - low) * rise : HEIGHT / 2)]);
    return { path: `M${places.map((place) => place.join(" ")).join("L")}`, end: places[places.length - 1] };
  }

  /** @param {HTMLElement} cell @param {string} key @param {(number | null)[]} values */
  function drawSparkline(cell, key, values) {
    const line = sparkline(values);
    if (!line) return;
    const [svg, path, end] = ["svg", "path", "circle"].map((tag) => document.createElementNS(SVG, tag));
    const settings = { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: "120", height: "28", role: "img", "aria-label": `History of ${key}` };
    for (const [name, value] of Object.entries(settings)) svg.setAttribute(name, value);
    path.setAttribute("d", line.path);
    for (const [name, value] of Object.entries({ cx: line.end[0], cy: line.end[1], r: 22 })) end.setAttribute(name, String(value));
    svg.append(path, end);
    cell.append(svg);
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
    crumbs?.append(make("li", {}, link(experiment.path, experiment.label)));
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
    main.dataset.shownRun = id;
    if (run.has_curves) await drawHistories(run);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const main = /** @type {HTMLElement} */ (document.querySelector("main"));
    void show(main);
    window.addEventListener("hashchange", () => void show(main));
  });
})();
