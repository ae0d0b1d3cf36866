// One axis of parallel coordinates: where values stand on it, its ticks, its range.
(function () {
  "use strict";

  const { formatNumber, formatTime, formatDuration } = window.runsite;
  const MOST_WORDS = 12;

  /** Places go from 0 (bottom) to 1 (top), before a flip. */
  class Axis {
    /** @param {any} column @param {ArrayLike<number>} rows @param {{log?: string, flip?: boolean}} [how] `log`: auto, log or linear */
    constructor(column, rows, { log = "auto", flip = false } = {}) {
      this.column = column;
      this.flip = flip;
      this.log = false;
      /** @type {[number, number] | null} */ this.brush = null;
      this.places = new Float32Array(column.isText ? column.codes.length : column.numbers.length).fill(NaN);
      /** @type {{place: number, text: string}[]} */ this.ticks = [];
      /** @type {{place: number, word: string}[]} */ this.words = [];
      this.low = this.high = NaN;
      if (column.isText) this.placeWords(rows);
      else this.placeNumbers(rows, log);
    }

    /** @param {ArrayLike<number>} rows */
    placeWords(rows) {
      const ranks = this.column.ranks();
      const wordOf = new Map();
      for (let i = 0; i < rows.length; i++) if (!this.column.isMissing(rows[i])) wordOf.set(ranks[rows[i]], this.column.text(rows[i]));
      const used = [...wordOf.keys()].sort((a, b) => a - b);
      const placeOf = new Map(used.map((rank, i) => [rank, used.length === 1 ? 0.5 : i / (used.length - 1)]));
      for (let i = 0; i < rows.length; i++) this.places[rows[i]] = placeOf.get(ranks[rows[i]]) ?? NaN;
      this.words = used.map((rank) => ({ place: placeOf.get(rank) ?? 0, word: wordOf.get(rank) }));
      const every = Math.ceil(used.length / MOST_WORDS);
      this.ticks = this.words.filter((_, i) => i % every === 0).map(({ place, word }) => ({ place, text: word || "(empty)" }));
    }

    /** @param {ArrayLike<number>} rows @param {string} log */
    placeNumbers(rows, log) {
      const extent = this.column.extent(rows);
      if (!extent) return;
      [this.low, this.high] = extent;
      this.log = window.runsite.isLog(this.column, rows, log);
      let whole = this.column.kind === "number";
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i];
        const value = this.column.numbers[row];
        if (this.column.absent[row] || !Number.isFinite(value)) continue;
        this.places[row] = this.placeOf(value);
        whole &&= Number.isInteger(value);
      }
      // There is no half a tree.
      const ticks = makeTicks(this.low, this.high, this.log).filter((value) => !whole || Number.isInteger(value));
      this.ticks = ticks.map((value) => ({ place: this.placeOf(value), text: this.format(value) }));
    }

    /** @param {number} value */
    placeOf(value) {
      const { low, high, log } = this;
      if (low === high) return 0.5;
      return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    }

    /** @param {number} place */
    valueAt(place) {
      const { low, high, log } = this;
      return log ? low * (high / low) ** place : low + (high - low) * place;
    }

    /** What stands at a place, in words. @param {number} place */
    describe(place) {
      if (!this.column.isText) return Number.isNaN(this.low) ? "" : this.format(this.valueAt(Math.min(1, Math.max(0, place))));
      const near = this.words.toSorted((a, b) => Math.abs(a.place - place) - Math.abs(b.place - place))[0];
      return near?.word ?? "";
    }

    /** The range as what was logged, which also means something over other runs. @returns {[string, string] | null} */
    get range() {
      if (!this.brush) return null;
      const [low, high] = this.brush;
      if (!this.column.isText) return [short(this.valueAt(low)), short(this.valueAt(high))];
      const inside = this.words.filter(({ place }) => place >= low && place <= high);
      return inside.length ? [inside[0].word, inside[inside.length - 1].word] : null;
    }

    /** @param {[string, string] | null} range */
    set range(range) {
      this.brush = null;
      if (!range) return;
      const places = range.map((text) => (this.column.isText ? (this.words.find(({ word }) => word === text)?.place ?? NaN) : this.placeOf(Number(text))));
      if (places.some((place) => Number.isNaN(place))) return;
      // Rounded in the address: what stood at an end must still be inside.
      const slack = this.column.isText ? 0.3 / Math.max(1, this.words.length - 1) : 1e-6;
      this.brush = [Math.min(...places) - slack, Math.max(...places) + slack];
    }

    /** @param {number} value */
    format(value) {
      if (this.column.kind === "time") return formatTime(value).slice(5);
      if (this.column.kind === "duration") return formatDuration(value);
      // Whole numbers are whole elsewhere; beside an axis there is no room for all their digits.
      if (Math.abs(value) >= 1e7) return value.toExponential(3).replace(/\.?0*e\+/, "e");
      return formatNumber(Number(value.toPrecision(4))).replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");
    }
  }

  /** @param {number} value */
  function short(value) {
    return String(Number(value.toPrecision(7)));
  }

  /** @param {number} low @param {number} high @param {boolean} log @returns {number[]} */
  function makeTicks(low, high, log) {
    if (low === high) return [low];
    if (log) {
      const ticks = [];
      for (let power = Math.ceil(Math.log10(low) - 1e-9); power <= Math.log10(high) + 1e-9; power++) ticks.push(10 ** power);
      const every = Math.ceil(ticks.length / 7);
      return ticks.length > 1 ? ticks.filter((_, i) => i % every === 0) : [low, high];
    }
    const rough = (high - low) / 5;
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = unit * ([1, 2, 5, 10].find((factor) => factor * unit >= rough) ?? 10);
    const first = Math.ceil(low / step);
    /** @type {Set<number>} */ const ticks = new Set();
    // Counted: between two numbers that differ in their last digit no step adds anything.
    for (let i = 0; i <= 6 && (first + i) * step <= high + step * 1e-6; i++) ticks.add(Number(((first + i) * step).toPrecision(12)));
    return [...ticks];
  }

  Object.assign(window.runsite, { Axis, makeTicks });
})();
