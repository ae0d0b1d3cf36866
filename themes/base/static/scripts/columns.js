// The runs of an experiment as columns: typed arrays and dictionaries, never one object a run.
(function () {
  "use strict";

  const MISSING = -1;

  /** One column. Rows are numbered as in the data: oldest first. */
  class Column {
    /** @param {any} description @param {number} rows */
    constructor(description, rows) {
      /** @type {string} */ this.id = description.id;
      /** @type {string} */ this.group = description.group;
      /** @type {string} */ this.label = description.label;
      /** @type {"text" | "number" | "time" | "duration"} */ this.kind = description.kind;
      /** @type {string} */ this.direction = description.direction || "";
      /** @type {number} */ this.filled = description.filled ?? 0;
      /** @type {number} */ this.distinct = description.distinct ?? 0;
      /** @type {boolean} */ this.visible = Boolean(description.visible);
      this.isText = this.kind === "text";
      /** Words of a text column. @type {string[]} */ this.words = [];
      this.codes = new Int32Array(this.isText ? rows : 0);
      this.numbers = new Float64Array(this.isText ? 0 : rows);
      /** 1 where a number is missing (NaN is a value). */
      this.absent = new Uint8Array(this.isText ? 0 : rows);
      /** Texts of numbers that were logged otherwise than a number is written. @type {Map<number, string>} */ this.texts = new Map();
      /** @type {Map<string, number>} */ this._codeOf = new Map();
      /** @type {Uint32Array | null} */ this._ranks = null;
      if (this.isText) this.codes.fill(MISSING);
      else this.absent.fill(1);
    }

    /** Take over one shard's values. @param {any} values @param {number} start */
    fill(values, start) {
      if (this.isText) this._fillWords(values, start);
      else this._fillNumbers(values, start);
    }

    /** @param {{words: string[], codes: number[]}} values @param {number} start */
    _fillWords({ words, codes }, start) {
      const codeHere = words.map((word) => {
        let code = this._codeOf.get(word);
        if (code === undefined) {
          code = this.words.push(word) - 1;
          this._codeOf.set(word, code);
        }
        return code;
      });
      for (let i = 0; i < codes.length; i++) {
        this.codes[start + i] = codes[i] < 0 ? MISSING : codeHere[codes[i]];
      }
    }

    /** @param {(number | string | null)[] | {numbers: (number | string | null)[], texts: {words: string[], codes: number[]}}} given @param {number} start */
    _fillNumbers(given, start) {
      const values = Array.isArray(given) ? given : given.numbers;
      if (!Array.isArray(given)) given.texts.codes.forEach((code, i) => code < 0 || this.texts.set(start + i, given.texts.words[code]));
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value === null) continue;
        this.numbers[start + i] = typeof value === "number" ? value : NaN;
        this.absent[start + i] = 0;
      }
    }

    /** Whether no run has a value. */
    get isEmpty() {
      return this.isText ? this.words.length === 0 : !this.absent.includes(0);
    }

    /** @param {number} row */
    isMissing(row) {
      return this.isText ? this.codes[row] === MISSING : this.absent[row] === 1;
    }

    /** A word for people: a status as it stands on the pages of runs, a commit's first letters. @param {number} code */
    shownWord(code) {
      const word = this.words[code];
      return this.id === "run.status" ? word.toLowerCase() : this.id === "run.commit" ? word.slice(0, 10) : word;
    }

    /** Value for people; empty where there is none. @param {number} row */
    text(row) {
      if (this.isMissing(row)) return "";
      if (this.isText) return this.shownWord(this.codes[row]);
      const value = this.numbers[row];
      if (this.kind === "time") return window.runsite.formatTime(value);
      if (this.kind === "duration") return window.runsite.formatDuration(value);
      return window.runsite[this.group === "params" ? "formatSetting" : "formatNumber"](value);
    }

    /** The text as it was logged; the row has a value. @param {number} row @returns {string} */
    logged(row) {
      return this.isText ? this.words[this.codes[row]] : (this.texts.get(row) ?? String(this.numbers[row]));
    }

    /** The exact value for titles. @param {number} row */
    exact(row) {
      if (this.isMissing(row)) return "";
      if (this.isText) return this.words[this.codes[row]];
      const value = this.numbers[row];
      if (this.kind === "time") return window.runsite.formatIso(value);
      return this.kind === "duration" ? `${value} s` : (this.texts.get(row) ?? window.runsite.formatExact(value));
    }

    /** The value itself. @param {number} row @returns {number | string | null} */
    value(row) {
      if (this.isMissing(row)) return null;
      return this.isText ? this.words[this.codes[row]] : this.numbers[row];
    }

    /**
     * Rank of each row's value: equal values share one, NaN is after numbers, missing is last.
     * Words are ordered as people order them: file2 before file10.
     */
    ranks() {
      this._ranks ??= this.isText ? this._rankWords() : this._rankNumbers();
      return this._ranks;
    }

    _rankWords() {
      const collator = new Intl.Collator("en", { numeric: true, sensitivity: "variant" });
      const order = this.words.map((_, code) => code).sort((a, b) => collator.compare(this.words[a], this.words[b]));
      const rankOf = new Uint32Array(this.words.length);
      order.forEach((code, rank) => (rankOf[code] = rank));
      return Uint32Array.from(this.codes, (code) => (code === MISSING ? Column.LAST : rankOf[code]));
    }

    _rankNumbers() {
      const { numbers, absent } = this;
      const present = numbers.filter((value, row) => !absent[row] && !Number.isNaN(value)).sort();
      const ranks = new Uint32Array(numbers.length);
      /** @type {Map<number, number>} */
      const rankOf = new Map();
      present.forEach((value, place) => rankOf.has(value) || rankOf.set(value, place));
      for (let row = 0; row < numbers.length; row++) {
        ranks[row] = absent[row] ? Column.LAST : (rankOf.get(numbers[row]) ?? Column.NAN);
      }
      return ranks;
    }

    /** Lowest and highest finite number, or null. @param {ArrayLike<number>} rows */
    extent(rows) {
      let low = Infinity;
      let high = -Infinity;
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i];
        const value = this.numbers[row];
        if (this.absent[row] || !Number.isFinite(value)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      return low <= high ? /** @type {[number, number]} */ ([low, high]) : null;
    }
  }
  Column.NAN = 0xfffffffe;
  Column.LAST = 0xffffffff;

  /** All runs of one experiment. */
  class Runs {
    /** @param {any[]} descriptions @param {{rows: number, columns: [string, any][]}[]} shards @param {any} [where] */
    constructor(descriptions, shards, where = {}) {
      /** What is the same for all runs. @type {Map<string, string>} */
      this.constants = new Map([["experiment", where.name ?? ""], ["experiment_id", where.id ?? ""], ["lifecycle_stage", "active"]]);
      /** @type {number} keys that found no place among the columns */ this.leftOut = where.leftOut ?? 0;
      this.size = shards.reduce((sum, shard) => sum + shard.rows, 0);
      const hidden = { id: "run.curves", group: "hidden", label: "", kind: "text" };
      /** @type {Column[]} */
      this.columns = [...descriptions, hidden].map((description) => new Column(description, this.size));
      this._byId = new Map(this.columns.map((column) => [column.id, column]));
      let start = 0;
      for (const shard of shards) {
        for (const [id, values] of shard.columns) this._byId.get(id)?.fill(values, start);
        start += shard.rows;
      }
      /** @type {Map<string, number> | null} */
      this._rowOf = null;
    }

    /** @param {string} id @returns {Column | undefined} */
    find(id) {
      return this._byId.get(id);
    }

    /** @param {string} id @returns {Column} */
    get(id) {
      const column = this._byId.get(id);
      if (!column) throw new Error(`no column ${id}`);
      return column;
    }

    /** @param {number} row */
    runId(row) {
      return this.get("run.id").text(row);
    }

    /** @param {number} row */
    name(row) {
      return this.get("run.name").text(row).trim() || this.runId(row).slice(0, 8);
    }

    /** @param {string} runId @returns {number} the row, or -1 */
    rowOf(runId) {
      if (!this._rowOf) {
        this._rowOf = new Map();
        for (let row = 0; row < this.size; row++) this._rowOf.set(this.runId(row), row);
      }
      return this._rowOf.get(runId) ?? -1;
    }
  }

  /**
   * Load an experiment's runs.
   * @param {{columns: string, shards: string[], name?: string, id?: string, leftOut?: number}} where
   * @returns {Promise<Runs>}
   */
  async function loadRuns(where) {
    const { columns, shards } = where;
    const [descriptions, ...parts] = await Promise.all([columns, ...shards].map(window.runsite.load));
    return new Runs(/** @type {any} */ (descriptions), /** @type {any} */ (parts), where);
  }

  Object.assign(window.runsite, { Column, Runs, loadRuns });
})();
