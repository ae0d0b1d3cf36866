// The handles of parallel coordinates: names that are dragged and flipped, ends that keys move.
//
// They are elements above the canvas, so that a keyboard and a screen reader reach what a pointer
// does on the canvas itself.
(function () {
  "use strict";

  const { make } = window.runsite;
  const STEP = 0.02;
  const DRAG_PX = 6;

  /**
   * @typedef {object} Hooks
   * @property {(id: string, to: number) => void} onMove an axis goes to another place
   * @property {(id: string) => void} onFlip
   * @property {(id: string) => void} onLog
   * @property {() => void} onBrush a range has changed
   */

  class AxisHandles {
    /** @param {HTMLElement} stage @param {Hooks} hooks */
    constructor(stage, hooks) {
      this.stage = stage;
      this.hooks = hooks;
      /** @type {any[]} */ this.axes = [];
      /** @type {{name: HTMLElement, hint: HTMLElement, ends: HTMLElement[], box: HTMLElement}[]} */ this.parts = [];
      this.layer = make("div", { class: "axis-layer" });
      stage.append(this.layer);
    }

    /** @param {any[]} axes */
    show(axes) {
      const focused = this.findFocus();
      this.axes = axes;
      this.parts = axes.map((axis, place) => this.makeParts(axis, place));
      this.layer.replaceChildren(...this.parts.map(({ box }) => box));
      if (focused) this.parts[axes.findIndex((axis) => axis.column.id === focused)]?.name.focus({ preventScroll: true });
      this.refresh();
    }

    /** The column whose name has the focus: it keeps it when the axis moves. */
    findFocus() {
      const place = this.parts.findIndex(({ name }) => name === document.activeElement);
      return place < 0 ? "" : this.axes[place].column.id;
    }

    /** @param {any} axis @param {number} place */
    makeParts(axis, place) {
      const { column } = axis;
      const state = `${axis.flip ? ", flipped" : ""}${axis.log ? ", log scale" : ""}`;
      const name = make("button", { type: "button", class: "axis-name", title: column.label, "aria-label": `${column.label}, axis ${place + 1} of ${this.axes.length}${state}: Enter flips it, arrow keys move it, L turns its log scale` }, column.label);
      name.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => this.startDrag(event, place));
      name.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.onNameKey(event, place));
      name.addEventListener("click", (/** @type {any} */ event) => event.detail === 0 && this.hooks.onFlip(column.id));
      const words = [axis.flip ? "flipped" : "", column.direction === "min" ? "lower is better" : column.direction === "max" ? "higher is better" : "", axis.log ? "log" : ""];
      const hint = make("span", { class: "axis-hint", "aria-hidden": "true" }, words.filter(Boolean).join(", "));
      const ends = ["lowest", "highest"].map((end, i) => {
        const thumb = make("span", { class: "axis-end", role: "slider", tabindex: 0, "aria-orientation": "vertical", "aria-label": `${end} ${column.label}`, "aria-valuemin": 0, "aria-valuemax": 100 });
        thumb.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.onEndKey(event, axis, i));
        return thumb;
      });
      return { name, hint, ends, box: make("div", { class: "axis-box", role: "group", "aria-label": column.label }, name, hint, ...ends) };
    }

    /** @param {{xs: number[], y: (axis: any, place: number) => number, gap: number}} layout */
    place(layout) {
      this.layout = layout;
      this.parts.forEach(({ box }, i) => {
        box.style.left = `${layout.xs[i]}px`;
        box.style.width = `${layout.gap}px`;
      });
      this.refresh();
    }

    /** Put the ends where the ranges are. */
    refresh() {
      this.parts.forEach(({ ends }, i) => {
        const axis = this.axes[i];
        const range = axis.brush ?? [0, 1];
        ends.forEach((end, k) => {
          if (this.layout) end.style.top = `${this.layout.y(axis, Math.min(1, Math.max(0, range[k])))}px`;
          end.setAttribute("aria-valuenow", String(Math.round(range[k] * 100)));
          end.setAttribute("aria-valuetext", axis.describe(range[k]) || "none");
          end.classList.toggle("axis-end-set", Boolean(axis.brush));
        });
      });
    }

    /** @param {KeyboardEvent} event @param {number} place */
    onNameKey(event, place) {
      const { id } = this.axes[place].column;
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) this.hooks.onMove(id, place + step);
      else if (event.key.toLowerCase() === "l" && !event.ctrlKey && !event.metaKey) this.hooks.onLog(id);
      else return;
      event.preventDefault();
    }

    /** @param {KeyboardEvent} event @param {any} axis @param {number} end 0 for the lowest */
    onEndKey(event, axis, end) {
      const steps = /** @type {Record<string, number>} */ ({ ArrowUp: STEP, ArrowRight: STEP, ArrowDown: -STEP, ArrowLeft: -STEP, PageUp: 5 * STEP, PageDown: -5 * STEP, Home: -2, End: 2 });
      if (event.key === "Escape") axis.brush = null;
      else if (event.key in steps) {
        const range = /** @type {[number, number]} */ ([...(axis.brush ?? [0, 1])]);
        const [low, high] = end === 0 ? [0, range[1]] : [range[0], 1];
        range[end] = Math.min(high, Math.max(low, range[end] + steps[event.key]));
        axis.brush = range[0] <= 0 && range[1] >= 1 ? null : range;
      } else return;
      event.preventDefault();
      this.refresh();
      this.hooks.onBrush();
    }

    /** A press that moves drags the axis, one that does not flips it. @param {PointerEvent} event @param {number} place */
    startDrag(event, place) {
      if (event.button !== 0 || !this.layout) return;
      const { xs } = this.layout;
      const { box, name } = this.parts[place];
      const from = event.clientX;
      let moved = false;
      const move = (/** @type {PointerEvent} */ now) => {
        const by = now.clientX - from;
        moved ||= Math.abs(by) > DRAG_PX;
        if (moved) box.style.left = `${xs[place] + by}px`;
        box.classList.toggle("axis-dragged", moved);
      };
      const stop = (/** @type {PointerEvent} */ now) => {
        name.removeEventListener("pointermove", move);
        name.removeEventListener("pointerup", stop);
        name.removeEventListener("pointercancel", stop);
        box.classList.remove("axis-dragged");
        const { id } = this.axes[place].column;
        if (now.type === "pointercancel") box.style.left = `${xs[place]}px`;
        else if (moved) this.hooks.onMove(id, nearest(xs, xs[place] + now.clientX - from));
        else this.hooks.onFlip(id);
      };
      name.setPointerCapture(event.pointerId);
      name.addEventListener("pointermove", move);
      name.addEventListener("pointerup", stop);
      name.addEventListener("pointercancel", stop);
    }
  }

  /** @param {number[]} xs @param {number} x */
  function nearest(xs, x) {
    return xs.reduce((best, at, i) => (Math.abs(at - x) < Math.abs(xs[best] - x) ? i : best), 0);
  }

  window.runsite.AxisHandles = AxisHandles;
})();
