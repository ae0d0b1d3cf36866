// Ranges on the axes of parallel coordinates, by pointer: drawn, moved, stretched, let go.
(function () {
  "use strict";

  const NEAR_AXIS = 22;
  const NEAR_END = 7;
  const FEWEST = 0.012;

  /**
   * Let a pointer brush a plot.
   * @param {HTMLElement} surface
   * @param {any} plot has `axes`, `xs`, `y(axis, place)`, `placeAt(axis, y)`; told by `rebrush()` of each
   *   move, by `settle()` at the end, and by `clickAway(event)` of a press that is on no axis
   */
  function brushByPointer(surface, plot) {
    /** @param {PointerEvent | MouseEvent} event */
    const locate = (event) => {
      const { left, top } = surface.getBoundingClientRect();
      const [x, y] = [event.clientX - left, event.clientY - top];
      const near = plot.xs.findIndex((/** @type {number} */ at) => Math.abs(at - x) < NEAR_AXIS);
      return { axis: plot.axes[near], x, y };
    };

    surface.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const { axis, y } = locate(event);
      if (!axis) return plot.clickAway(event);
      event.preventDefault();
      surface.setPointerCapture(event.pointerId);
      follow(surface, plot, { axis, y, locate });
    });
    return locate;
  }

  /** @param {HTMLElement} surface @param {any} plot @param {any} begun */
  function follow(surface, plot, { axis, y, locate }) {
    const before = axis.brush;
    const change = chooseChange(plot, axis, y);
    let moved = false;
    const move = (/** @type {PointerEvent} */ event) => {
      const now = locate(event).y;
      if (!moved && Math.abs(now - y) < 3) return;
      moved = true;
      const [low, high] = change(plot.placeAt(axis, now));
      axis.brush = high - low < FEWEST ? null : [low, high];
      plot.rebrush();
    };
    const stop = () => {
      surface.removeEventListener("pointermove", move);
      surface.removeEventListener("pointerup", stop);
      surface.removeEventListener("pointercancel", stop);
      // A press that goes nowhere lets go of the range.
      if (!moved && before) axis.brush = null;
      plot.rebrush();
      plot.settle();
    };
    surface.addEventListener("pointermove", move);
    surface.addEventListener("pointerup", stop);
    surface.addEventListener("pointercancel", stop);
  }

  /**
   * What moving from here does: stretch an end of the range, move it, or draw another.
   * @param {any} plot @param {any} axis @param {number} y
   * @returns {(place: number) => [number, number]}
   */
  function chooseChange(plot, axis, y) {
    const from = plot.placeAt(axis, y);
    const range = axis.brush;
    if (range) {
      const ends = range.map((/** @type {number} */ place) => Math.abs(plot.y(axis, place) - y) < NEAR_END);
      if (ends[0]) return (place) => sorted(place, range[1]);
      if (ends[1]) return (place) => sorted(range[0], place);
      if (from > range[0] && from < range[1]) {
        return (place) => {
          const by = Math.max(-range[0], Math.min(1 - range[1], place - from));
          return [range[0] + by, range[1] + by];
        };
      }
    }
    return (place) => sorted(from, place);
  }

  /** @param {number} a @param {number} b @returns {[number, number]} */
  function sorted(a, b) {
    return [Math.min(a, b), Math.max(a, b)];
  }

  window.runsite.brushByPointer = brushByPointer;
})();
