// Pictures of compared runs beside each other; those that were logged by step behind one slider.
(function () {
  "use strict";

  const { make, root, fileAddress, isPicture, makeMedia, formatCount } = window.runsite;
  const MOST_PATHS = 12;
  const MOST_RUNS = 16;
  // As `find_step` reads them.
  const BY_STEP = /^images\/(.+)\/(\d{8,})\.png$/;
  const BY_MLFLOW = /^images\/(.+)%step%(\d+)%timestamp%\d+%[0-9a-f-]+\.png$/;

  /** Key and step of an image that was logged by step. @param {string} path @returns {{key: string, step: number} | null} */
  function findStep(path) {
    const flat = BY_MLFLOW.exec(path);
    const found = flat ?? BY_STEP.exec(path);
    return found ? { key: flat ? found[1].replaceAll("#", "/") : found[1], step: Number(found[2]) } : null;
  }

  /** @typedef {Map<string, Map<number, any[]>>} Found name → row → files, by step where they have one */

  /** @param {any} page @returns {{single: Found, series: Found}} */
  function listPictures({ facts, rows }) {
    /** @type {{single: Found, series: Found}} */
    const found = { single: new Map(), series: new Map() };
    for (const row of rows) {
      for (const [path, digest, size, shown] of facts.files[row]) {
        const file = { path, digest, size, shown };
        if (!shown || !isPicture(file)) continue;
        const by = findStep(path);
        const where = by ? found.series : found.single;
        const name = by ? by.key : path;
        if (!where.has(name)) where.set(name, new Map());
        const of = /** @type {Map<number, any[]>} */ (where.get(name));
        of.set(row, [...(of.get(row) ?? []), { ...file, step: by?.step ?? 0 }]);
      }
    }
    return found;
  }

  /** Names that most runs have, first. @param {Found} found */
  function sorted(found) {
    return [...found].sort((a, b) => b[1].size - a[1].size || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_PATHS);
  }

  /** @param {any} page the comparison: runs, rows in order, facts @returns {HTMLElement | null} */
  function makePictures(page) {
    if (!page.facts) return null;
    const { single, series } = listPictures(page);
    if (!single.size && !series.size) return null;
    return make("section", { "aria-labelledby": "compared-pictures" }, make("h2", { id: "compared-pictures" }, "Pictures"),
      ...sorted(series).map(([key, of]) => makeSeries(page, key, of)),
      ...sorted(single).map(([path, of]) => makeGroup(page, path, of, ([file]) => file).group));
  }

  /**
   * @param {any} page @param {string} name @param {Map<number, any[]>} of @param {(files: any[]) => any} choose
   * @param {Node | null} [tool]
   */
  function makeGroup({ rows, runs }, name, of, choose, tool = null) {
    const figures = rows.filter((/** @type {number} */ row) => of.has(row)).slice(0, MOST_RUNS).map((/** @type {number} */ row) => {
      const files = /** @type {any[]} */ (of.get(row));
      const image = makeMedia(choose(files), `${name} of ${runs.name(row)}`);
      const caption = make("figcaption", {}, runs.name(row), " ", make("span", { class: "muted" }));
      return { files, image, caption, figure: make("figure", {}, image, caption) };
    });
    const head = make("div", { class: "compare-head" }, make("h3", {}, name), tool);
    return { figures, group: make("div", { class: "compare-pictures" }, head, make("div", { class: "compare-row", tabindex: 0, role: "group", "aria-label": `${name} of ${formatCount(figures.length)} runs` }, ...figures.map((/** @type {any} */ { figure }) => figure))) };
  }

  /** All runs at the same step, or at the last one before it. @param {any} page @param {string} key @param {Map<number, any[]>} of */
  function makeSeries(page, key, of) {
    for (const files of of.values()) files.sort((a, b) => a.step - b.step);
    const steps = [...new Set([...of.values()].flatMap((files) => files.map(({ step }) => step)))].sort((a, b) => a - b);
    const at = (/** @type {any[]} */ files, /** @type {number} */ step) => files.findLast((file) => file.step <= step) ?? files[0];
    const last = steps.length - 1;
    const label = make("output", {}, `step ${steps[last]}`);
    const slider = /** @type {HTMLInputElement} */ (make("input", { type: "range", min: 0, max: last, value: last, "aria-label": `Step of ${key}`, "aria-valuetext": `step ${steps[last]}` }));
    const { figures, group } = makeGroup(page, key, of, (files) => at(files, steps[last]), steps.length > 1 ? make("label", { class: "compare-step" }, slider, label) : null);
    const show = () => {
      const step = steps[Number(slider.value)];
      label.textContent = `step ${step}`;
      slider.setAttribute("aria-valuetext", `step ${step}`);
      for (const { files, image, caption } of figures) {
        const file = at(files, step);
        image.src = root() + fileAddress(file.digest, file.shown);
        /** @type {HTMLElement} */ (caption.querySelector(".muted")).textContent = file.step === step ? "" : `step ${file.step}`;
      }
    };
    slider.addEventListener("input", show);
    return group;
  }

  Object.assign(window.runsite, { findStep, makePictures });
})();
