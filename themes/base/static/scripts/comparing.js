// The runs of a comparison: found in any experiment, and put into columns of their own.
(function () {
  "use strict";

  const { runsite } = window;
  const { Column, Runs, loadRuns, load } = runsite;

  /** @typedef {{runs: any, row: number, experiment: any}} Chosen */

  /** @type {Map<string, Promise<any>>} */
  const loaded = new Map();

  /** Runs of an experiment, loaded once. @param {any} experiment @returns {Promise<any>} */
  function runsOf(experiment) {
    const known = loaded.get(experiment.path);
    if (known) return known;
    const promise = loadRuns(experiment);
    loaded.set(experiment.path, promise);
    return promise;
  }

  /** Find runs by their ids, experiment by experiment until all are found. @param {any[]} experiments @param {string[]} ids @returns {Promise<Chosen[]>} */
  async function findRuns(experiments, ids) {
    /** @type {Map<string, Chosen>} */
    const found = new Map();
    for (const experiment of experiments) {
      if (found.size === ids.length) break;
      const runs = await runsOf(experiment);
      for (const id of ids) {
        const row = runs.rowOf(id);
        if (row >= 0 && !found.has(id)) found.set(id, { runs, row, experiment });
      }
    }
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /**
   * Put chosen runs together. The last row is the first chosen: tables begin with the last.
   * @param {Chosen[]} chosen @returns {any} Runs of which every column holds the chosen ones only
   */
  function mergeRuns(chosen) {
    const several = new Set(chosen.map(({ experiment }) => experiment.name)).size > 1;
    const order = [...chosen].reverse();
    const merged = new Runs([], [{ rows: order.length, columns: [] }]);
    merged.columns = [];
    merged._byId = new Map();
    const add = (/** @type {any} */ column) => {
      merged.columns.push(column);
      merged._byId.set(column.id, column);
    };
    const ids = new Set([...new Set(order.map(({ runs }) => runs))].flatMap((runs) => runs.columns.map((/** @type {any} */ column) => column.id)));
    for (const id of ids) {
      const column = mergeColumn(id, order);
      add(column);
      if (id === "run.name" && several) add(makeTextColumn({ id: "run.experiment", group: "run", label: "Experiment", visible: true }, order.map(({ experiment }) => experiment.name)));
    }
    return merged;
  }

  /** @param {string} id @param {Chosen[]} order */
  function mergeColumn(id, order) {
    const own = order.map(({ runs }) => runs.find(id));
    const first = own.find(Boolean);
    const kind = own.every((column) => !column || column.kind === first.kind) ? first.kind : "text";
    const description = { id, group: first.group, label: first.label, kind, direction: first.direction, visible: first.visible };
    if (kind === "text") return makeTextColumn(description, own.map((column, i) => (!column || column.isMissing(order[i].row) ? null : column.logged(order[i].row))));
    const column = new Column(description, order.length);
    own.forEach((from, i) => {
      if (!from || from.isMissing(order[i].row)) return;
      column.numbers[i] = from.numbers[order[i].row];
      column.absent[i] = 0;
      if (from.texts.has(order[i].row)) column.texts.set(i, from.texts.get(order[i].row));
    });
    return count(column, order.length);
  }

  /** @param {any} description @param {(string | null)[]} values */
  function makeTextColumn(description, values) {
    const column = new Column({ ...description, kind: "text" }, values.length);
    const words = [...new Set(values.filter((value) => value !== null))];
    const codeOf = new Map(words.map((word, code) => [word, code]));
    column.fill({ words, codes: values.map((value) => (value === null ? -1 : codeOf.get(value))) }, 0);
    return count(column, values.length);
  }

  /** @param {any} column @param {number} rows */
  function count(column, rows) {
    const values = new Set();
    for (let row = 0; row < rows; row++) {
      if (column.isMissing(row)) continue;
      column.filled++;
      values.add(column.logged(row));
    }
    column.distinct = values.size;
    return column;
  }

  /** Whether the runs differ in a column; a value that one of them lacks is a difference. @param {any} column @param {number} rows */
  function differs(column, rows) {
    return column.distinct > 1 || (column.filled > 0 && column.filled < rows);
  }

  /** Packages and files of the chosen runs, loaded when they are needed. @param {any} runs merged @param {Chosen[]} chosen */
  async function loadFacts(runs, chosen) {
    const order = [...chosen].reverse();
    const where = [...new Set(order.map(({ experiment }) => experiment))].filter(({ more }) => more.length);
    const parts = new Map();
    for (const experiment of where) {
      const shards = await Promise.all(experiment.more.map(load));
      const all = new Runs([{ id: "run.packages", group: "hidden", label: "", kind: "text" }, { id: "run.files", group: "hidden", label: "", kind: "text" }], shards);
      parts.set(experiment, all);
    }
    const read = (/** @type {string} */ id) => order.map(({ experiment, row }) => {
      const column = parts.get(experiment)?.find(id);
      return !column || column.isMissing(row) ? [] : JSON.parse(column.text(row));
    });
    return { packages: read("run.packages").map((list) => new Map(list.map((/** @type {any} */ { key, value }) => [key, value]))), files: read("run.files"), runs };
  }

  Object.assign(runsite, { runsOf, findRuns, mergeRuns, differs, makeTextColumn, loadFacts });
})();
