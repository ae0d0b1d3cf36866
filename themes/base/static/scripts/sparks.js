// Sparklines in the cells of metrics: histories are loaded for the rows in sight, once they stay.
(function () {
  "use strict";

  const { loadCurves } = window.runsite;
  const WAIT_MS = 150;
  const [WIDTH, HEIGHT, POINTS] = [56, 18, 48];
  const MAX_KEPT = 2000;

  class Sparks {
    /** @param {any} runs @param {HTMLTableSectionElement} body */
    constructor(runs, body) {
      this.runs = runs;
      this.body = body;
      /** @type {Map<string, Promise<any[]>>} */ this.curves = new Map();
      this.timer = 0;
    }

    /** Draw for the rows that are there when scrolling has paused. */
    later() {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.drawAll(), WAIT_MS);
    }

    drawAll() {
      for (const line of this.body.rows) {
        const row = Number(line.dataset.row ?? -1);
        const places = /** @type {HTMLElement[]} */ ([...line.querySelectorAll(".spark:empty")]);
        if (row >= 0 && places.length) void this.drawRow(row, places);
      }
    }

    /** @param {number} row @param {HTMLElement[]} places */
    async drawRow(row, places) {
      const shards = this.runs.get("run.curves");
      if (shards.isMissing(row)) return;
      const id = this.runs.runId(row);
      if (!this.curves.has(id)) {
        if (this.curves.size > MAX_KEPT) this.curves.clear();
        this.curves.set(id, loadCurves(shards.text(row), id));
      }
      const curves = await this.curves.get(id) ?? [];
      for (const place of places) {
        const curve = curves.find(({ key }) => key === place.dataset.key);
        if (curve && place.isConnected && !place.childElementCount) place.append(makeSpark(curve.values));
      }
    }
  }

  /** @param {(number | null)[]} values @returns {SVGElement} */
  function makeSpark(values) {
    const step = Math.max(1, Math.ceil(values.length / POINTS));
    const some = values.filter((_, i) => i % step === 0 || i === values.length - 1).map((value) => (Number.isFinite(value) ? /** @type {number} */ (value) : null));
    const finite = /** @type {number[]} */ (some.filter((value) => value !== null));
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    let path = "";
    let pen = "M";
    some.forEach((value, i) => {
      if (value === null) {
        pen = "M";
        return;
      }
      const x = 1 + (i / Math.max(1, some.length - 1)) * (WIDTH - 2);
      const y = HEIGHT - 2 - (high > low ? (value - low) / (high - low) : 0.5) * (HEIGHT - 4);
      path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = "L";
    });
    const space = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(space, "svg");
    picture.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    picture.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    picture.append(line);
    return picture;
  }

  window.runsite.Sparks = Sparks;
})();
