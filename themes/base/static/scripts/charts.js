// Charts: the library is loaded when the first one is drawn; specs come from Python, data from here.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, load, themeColor, coalesce } = runsite;

  /**
   * What is drawn in one place.
   * @typedef {object} Content
   * @property {Record<string, object[]>} datasets by the names that the spec gives them
   * @property {string} label what the picture shows, for those who do not see it
   * @property {(spec: any) => void} [adapt] fits the one spec of this kind to the data
   * @property {(spec: any) => void} [adaptFile] what a saved picture has besides, such as a legend
   * @property {(datum: any) => [string, string | number][] | null} [tip] facts for the pointer
   * @property {(datum: any, event: MouseEvent) => void} [onClick]
   * @property {(view: any) => void} [onView] told about each Vega view that is drawn
   */

  /** @type {Map<HTMLElement, {kind: string, draw: () => void}>} */
  const drawn = new Map();

  /** @returns {Promise<Record<string, any>>} name → spec */
  async function loadSpecs() {
    const { library, specs } = document.body.dataset;
    const [, found] = await Promise.all([load(library || ""), load(specs || "")]);
    return /** @type {any} */ (found);
  }

  /** The theme's look, in Vega's words. @param {string | null} background */
  function makeConfig(background = null) {
    const [ink, soft, line, grid] = ["--ink", "--ink-soft", "--line-strong", "--chart-grid"].map(themeColor);
    const font = getComputedStyle(document.body).fontFamily;
    return {
      background,
      font,
      view: { stroke: null },
      // A line break in a name is no reason for two lines.
      lineBreak: "",
      text: { color: ink },
      axis: { labelColor: soft, titleColor: soft, domainColor: line, tickColor: line, gridColor: grid, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 500, titlePadding: 8, labelLimit: 140, titleLimit: 360, labelOverlap: true },
      legend: { labelColor: soft, titleColor: soft, titleFontWeight: 500, labelLimit: 140, titleLimit: 160, symbolType: "circle" },
    };
  }

  /** @param {string} kind @param {Content} content @returns {Promise<any>} a spec with its data */
  async function makeSpec(kind, { datasets, adapt }) {
    const spec = structuredClone((await loadSpecs())[kind]);
    adapt?.(spec);
    if (isVega(spec)) spec.data = spec.data.map((/** @type {any} */ d) => (d.name in datasets ? { ...d, values: datasets[d.name] } : d));
    else spec.datasets = datasets;
    return spec;
  }

  /** @param {any} spec */
  function isVega(spec) {
    return String(spec.$schema).includes("/vega/");
  }

  /** @param {HTMLElement} element @param {any} spec @param {object} [settings] */
  function embed(element, spec, settings = {}) {
    return window.vegaEmbed(element, spec, { actions: false, ast: true, config: makeConfig(), defaultStyle: false, renderer: "canvas", tooltip: nothing, mode: isVega(spec) ? "vega" : "vega-lite", ...settings });
  }

  // The library's own tooltip would bring a style element, which the page's policy forbids.
  function nothing() {}

  /** A word that Vega may use as a key: it loses the one that JavaScript takes for itself. @param {string} text */
  function chartWord(text) {
    return text === "__proto__" ? "\u200b__proto__" : text;
  }

  /**
   * Draw a chart, again when the theme changes, and never twice at once in one place.
   * @param {HTMLElement} element @param {string} kind name of the spec @param {Content} content
   */
  async function drawChart(element, kind, content) {
    const entry = { kind, draw: () => void draw().catch((error) => showProblem(element, error)) };
    drawn.set(element, entry);
    /** @type {any} */
    let view = null;
    async function draw() {
      const spec = await makeSpec(kind, content);
      if (drawn.get(element) !== entry) return;
      const result = await embed(element, spec, { tooltip: makeTipHandler(content.tip) });
      view?.finalize();
      ({ view } = result);
      if (content.onClick) view.addEventListener("click", (/** @type {MouseEvent} */ event, /** @type {any} */ item) => item?.datum && content.onClick?.(item.datum, event));
      const canvas = element.querySelector("canvas");
      canvas?.setAttribute("role", "img");
      canvas?.setAttribute("aria-label", content.label);
      content.onView?.(view);
    }
    await draw().catch((error) => showProblem(element, error));
  }

  /** Take a chart away. @param {HTMLElement} element */
  function clearChart(element) {
    drawn.delete(element);
    element.replaceChildren();
  }

  /**
   * Draw a chart once more, for a file: with its legend, on the page's ground.
   * @param {string} kind @param {Content} content @param {number} width
   */
  async function makePicture(kind, content, width) {
    const spec = await makeSpec(kind, content);
    content.adaptFile?.(spec);
    if (spec.width === "container") spec.width = width;
    const place = make("div", { hidden: true });
    document.body.append(place);
    const { view } = await embed(place, spec, { config: makeConfig(themeColor("--surface")) });
    return {
      spec: { ...spec, config: makeConfig(themeColor("--surface")) },
      svg: () => view.toSVG(),
      png: () => view.toImageURL("png", 2),
      close: () => {
        view.finalize();
        place.remove();
      },
    };
  }

  /** @param {HTMLElement} element @param {unknown} error */
  function showProblem(element, error) {
    element.replaceChildren(make("p", { class: "plot-note" }, `This chart cannot be drawn: ${error instanceof Error ? error.message : error}`));
  }

  function redrawAll() {
    for (const [element, { draw }] of drawn) {
      if (element.isConnected) draw();
      else drawn.delete(element);
    }
  }
  document.addEventListener("runsite:theme", redrawAll);
  // Vega-Lite follows the width of its place by itself; hand-written Vega does not.
  addEventListener("resize", coalesce(() => {
    for (const { kind, draw } of drawn.values()) if (kind === "contour") draw();
  }));

  /** @type {HTMLElement | null} */
  let tip = null;

  /**
   * Vega's tooltip in our words, without its style element, which the page's policy forbids.
   * @param {Content["tip"]} describe
   */
  function makeTipHandler(describe) {
    return (/** @type {any} */ _handler, /** @type {MouseEvent} */ event, /** @type {any} */ item, /** @type {any} */ value) => {
      if (value === null || value === undefined || value === "") return hideTip();
      const facts = describe && item?.datum ? describe(item.datum) : null;
      if (facts) showFacts(event.clientX, event.clientY, facts);
      else hideTip();
    };
  }

  /** @param {number} x @param {number} y @param {[string, string | number][]} facts */
  function showFacts(x, y, facts) {
    placeTip(x, y, make("dl", {}, ...facts.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, String(text))])));
  }

  /** @param {number} x @param {number} y @param {Node} content */
  function placeTip(x, y, content) {
    const box = tip ?? make("div", { class: "tip", role: "tooltip" });
    if (!tip) document.body.append(box);
    tip = box;
    box.replaceChildren(content);
    box.hidden = false;
    const { width, height } = box.getBoundingClientRect();
    box.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 8))}px`;
    box.style.top = `${y + 18 + height > innerHeight ? y - height - 12 : y + 18}px`;
  }

  function hideTip() {
    if (tip) tip.hidden = true;
  }

  addEventListener("scroll", hideTip, { passive: true, capture: true });

  Object.assign(runsite, { chartWord, loadSpecs, drawChart, clearChart, makePicture, showFacts, placeTip, hideTip });
})();
