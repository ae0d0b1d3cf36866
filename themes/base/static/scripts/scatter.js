// Scatter plot of anything against anything over the runs in view.
(function () {
  "use strict";

  const { make, drawChart, runPath, root } = window.runsite;
  const MAX_POINTS = 20_000;

  class Scatter {
    /**
     * @param {HTMLElement} host
     * @param {any} runs
     * @param {{x: string, y: string, color: string}} choice column ids
     * @param {(choice: {x: string, y: string, color: string}) => void} onChoice
     */
    constructor(host, runs, choice, onChoice) {
      this.runs = runs;
      this.choice = choice;
      this.onChoice = onChoice;
      /** @type {Uint32Array} */ this.rows = new Uint32Array(0);
      this.chart = make("div", { class: "chart" });
      this.note = make("p", { class: "plot-note" });
      host.append(make("div", { class: "plot-bar" }, this.makeChoice("x", "Across"), this.makeChoice("y", "Up"), this.makeChoice("color", "Colour")), this.chart, this.note);
    }

    /** @param {"x" | "y" | "color"} channel @param {string} label */
    makeChoice(channel, label) {
      const select = /** @type {HTMLSelectElement} */ (make("select", {}));
      if (channel === "color") select.append(make("option", { value: "" }, "none"));
      for (const column of this.runs.columns) {
        if (column.group === "hidden" || column.id === "run.id" || column.filled === 0) continue;
        select.append(make("option", { value: column.id }, column.group === "run" ? column.label : `${column.label} (${column.group.replace(/s$/, "")})`));
      }
      select.value = this.choice[channel];
      select.addEventListener("change", () => {
        this.choice = { ...this.choice, [channel]: select.value };
        this.onChoice(this.choice);
        void this.draw();
      });
      return make("label", {}, label, select);
    }

    /** @param {Uint32Array} rows */
    show(rows) {
      this.rows = rows;
      return this.draw();
    }

    draw() {
      const [x, y, color] = [this.choice.x, this.choice.y, this.choice.color].map((id) => this.runs.find(id));
      if (!x || !y) return Promise.resolve();
      /** @type {object[]} */
      const points = [];
      for (const row of this.rows.subarray(0, MAX_POINTS)) {
        const [across, up] = [x.value(row), y.value(row)];
        if (across === null || up === null || Number.isNaN(across) || Number.isNaN(up)) continue;
        const point = { x: across, y: up, run: this.runs.name(row), href: root() + runPath(this.runs.runId(row)) };
        points.push(color ? { ...point, color: color.value(row) } : point);
      }
      this.note.textContent = `${points.length} of ${this.rows.length} runs have both values.`;
      return drawChart(this.chart, "scatter", { points, label: `${y.label} against ${x.label}, ${points.length} runs`, adapt: (/** @type {any} */ spec) => adapt(spec, { x, y, color }) });
    }
  }

  /** Fit the one spec to the kinds of the chosen columns. @param {any} spec @param {{x: any, y: any, color: any}} columns */
  function adapt(spec, { x, y, color }) {
    const { encoding } = spec;
    for (const [channel, column] of /** @type {[string, any][]} */ ([["x", x], ["y", y], ["color", color]])) {
      if (!column) continue;
      encoding[channel].title = column.label;
      if (column.isText) encoding[channel].type = "nominal";
      if (column.kind === "time") encoding[channel].type = "temporal";
      if (column.isText) delete encoding[channel].scale;
      else if (channel !== "color" && spansDecades(column)) encoding[channel].scale = { type: "log" };
    }
    encoding.tooltip = [{ field: "run", title: "run" }, { ...pick(encoding.x), title: x.label }, { ...pick(encoding.y), title: y.label }];
    if (color) {
      encoding.tooltip.push({ ...pick(encoding.color), title: color.label });
      if (color.isText) encoding.color.scale = { range: window.runsite.seriesColors() };
      else encoding.color.scale.reverse = color.direction === "min";
    } else {
      encoding.color = { value: window.runsite.themeColor("--chart-line") };
    }
  }

  /** @param {any} channel */
  function pick({ field, type }) {
    return type === "quantitative" ? { field, type, format: ".6~g" } : { field, type };
  }

  /** @param {any} column */
  function spansDecades(column) {
    if (column.kind !== "number") return false;
    const extent = column.extent(Uint32Array.from(column.numbers.keys()));
    return Boolean(extent && extent[0] > 0 && extent[1] / extent[0] >= 100);
  }

  window.runsite.Scatter = Scatter;
})();
