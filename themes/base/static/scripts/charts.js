// Charts: the library is loaded when the first one is drawn; specs come from Python, data from here.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, load, themeColor } = runsite;

  /** @type {Set<{element: HTMLElement, draw: () => void}>} */
  const drawn = new Set();

  /** @returns {Promise<Record<string, any>>} name → spec */
  async function loadSpecs() {
    const { library, specs } = document.body.dataset;
    const [, found] = await Promise.all([load(library || ""), load(specs || "")]);
    return /** @type {any} */ (found);
  }

  /** The theme's look, in Vega's words. */
  function makeConfig() {
    const [soft, line, grid] = ["--ink-soft", "--line-strong", "--chart-grid"].map(themeColor);
    const font = getComputedStyle(document.body).fontFamily;
    return {
      background: null,
      font,
      view: { stroke: null },
      axis: { labelColor: soft, titleColor: soft, domainColor: line, tickColor: line, gridColor: grid, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 500, titlePadding: 8, labelLimit: 140, labelOverlap: true },
      legend: { labelColor: soft, titleColor: soft, titleFontWeight: 500, labelLimit: 140 },
    };
  }

  /**
   * Draw a chart, again when the theme changes, and never twice at once in one place.
   * @param {HTMLElement} element
   * @param {string} kind name of the spec
   * @param {{points: object[], adapt?: (spec: any) => void, label: string}} content
   */
  async function drawChart(element, kind, { points, adapt, label }) {
    for (const known of drawn) if (known.element === element) drawn.delete(known);
    const entry = { element, draw: () => void draw().catch((error) => showProblem(element, error)) };
    drawn.add(entry);
    /** @type {any} */
    let view = null;
    async function draw() {
      const specs = await loadSpecs();
      if (!drawn.has(entry)) return;
      const spec = structuredClone(specs[kind]);
      adapt?.(spec);
      const result = await window.vegaEmbed(element, { ...spec, datasets: { points } }, {
        actions: false,
        ast: true,
        config: makeConfig(),
        defaultStyle: false,
        renderer: "canvas",
        tooltip: showTip,
      });
      view?.finalize();
      view = result;
      const canvas = element.querySelector("canvas");
      canvas?.setAttribute("role", "img");
      canvas?.setAttribute("aria-label", label);
    }
    await draw().catch((error) => showProblem(element, error));
  }

  /** @param {HTMLElement} element @param {unknown} error */
  function showProblem(element, error) {
    element.replaceChildren(make("p", { class: "plot-note" }, `This chart cannot be drawn: ${error instanceof Error ? error.message : error}`));
  }

  document.addEventListener("runsite:theme", () => {
    for (const { draw } of drawn) draw();
  });

  /** @type {HTMLElement | null} */
  let tip = null;

  /**
   * Vega's tooltip, without its style element, which the page's policy forbids.
   * @param {any} _handler @param {MouseEvent} event @param {any} _item @param {any} value
   */
  function showTip(_handler, event, _item, value) {
    if (value === null || value === undefined || value === "") return hideTip();
    const lines = typeof value === "object" ? Object.entries(value) : [["", value]];
    placeTip(event.clientX, event.clientY, make("dl", {}, ...lines.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, String(text))])));
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

  Object.assign(runsite, { drawChart, placeTip, hideTip });
})();
