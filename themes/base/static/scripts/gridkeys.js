// The keyboard in the runs table: one stop for Tab, arrows between cells.
//
// | keys | do |
// |---|---|
// | arrows, Home, End, Page Up, Page Down; with Ctrl to the first and last run | move |
// | Space; Shift with Space or an arrow; Ctrl A | select; a range; all |
// | Enter | sort, open the run, open or close a group |
// | right, left on the name of a run with nested ones | open, close |
// | on a header: Shift Enter, Alt Down, Alt left and right | sort further, options, move the column |
(function () {
  "use strict";

  class GridKeys {
    /** @param {any} table */
    constructor(table) {
      this.table = table;
      /** Line (-1 is the header) and column (0 is the box). */
      this.at = { line: -1, column: 1 };
      table.scroller.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.onKey(event));
      table.table.addEventListener("focusin", (/** @type {FocusEvent} */ event) => this.onFocus(event));
    }

    /** The element that a cell gives the focus to. @param {number} line @param {number} column @returns {HTMLElement | null} */
    find(line, column) {
      const { head, body } = this.table;
      const row = line < 0 ? head.rows[0] : body.querySelector(`tr[aria-rowindex="${line + 2}"]`);
      const cell = row?.cells[Math.min(column, row.cells.length - 1)];
      return cell ? (cell.querySelector("input, a, .sort") ?? (cell.querySelector(".group-label") ? cell.querySelector(".opener") : cell)) : null;
    }

    /** Draw something anew; whoever was in the table is still there after it. @param {() => void} draw */
    around(draw) {
      const { scroller } = this.table;
      const within = scroller.contains(document.activeElement);
      const { activeElement } = document;
      draw();
      const target = this.mark();
      if (!within || (activeElement?.isConnected && activeElement === document.activeElement)) return;
      (target ?? scroller).focus({ preventScroll: true });
    }

    /** Let Tab find the current cell, or the header where that is out of sight. */
    mark() {
      const { at, table } = this;
      at.line = Math.min(at.line, table.view.lines.items.length - 1);
      at.column = Math.min(at.column, table.columns.length);
      for (const old of table.table.querySelectorAll('[tabindex="0"]')) old.tabIndex = -1;
      const target = this.find(at.line, at.column);
      const stop = target ?? this.find(-1, at.column);
      if (stop) stop.tabIndex = 0;
      return target;
    }

    /** @param {number} line @param {number} column */
    go(line, column) {
      const { table } = this;
      this.at = { line: Math.max(-1, Math.min(line, table.view.lines.items.length - 1)), column: Math.max(0, Math.min(column, table.columns.length)) };
      if (this.at.line >= 0) table.reveal(this.at.line);
      const target = this.mark();
      target?.focus({ preventScroll: true });
      target?.closest("td, th")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }

    /** @param {FocusEvent} event */
    onFocus(event) {
      const cell = /** @type {HTMLTableCellElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("td, th"));
      if (!cell) return;
      this.at = { line: Number(cell.closest("tr")?.getAttribute("aria-rowindex")) - 2, column: cell.cellIndex };
      this.mark();
    }

    /** @param {KeyboardEvent} event */
    onKey(event) {
      const done = this.at.line < 0 && this.onHeadKey(event) ? true : this.onMove(event) || this.onAct(event);
      if (done) event.preventDefault();
    }

    /** @param {KeyboardEvent} event */
    onHeadKey({ key, altKey, shiftKey }) {
      const { table, at } = this;
      const column = table.columns[at.column - 1];
      if (!column) return false;
      if (altKey && (key === "ArrowLeft" || key === "ArrowRight")) {
        table.hooks.onShift(column.id, key === "ArrowLeft" ? -1 : 1);
        this.go(-1, table.columns.indexOf(column) + 1);
      } else if ((altKey && key === "ArrowDown") || key === "ContextMenu") {
        const button = table.head.querySelector(`[data-menu="${CSS.escape(column.id)}"]`);
        if (button) table.hooks.onMenu(column.id, button);
      } else if (key === "Enter" && shiftKey) table.hooks.onSort(column.id, true);
      else return false;
      return true;
    }

    /** @param {KeyboardEvent} event */
    onMove({ key, ctrlKey, metaKey, shiftKey, altKey }) {
      const { line, column } = this.at;
      const { table } = this;
      if (altKey) return false;
      const page = Math.max(1, Math.floor(table.scroller.clientHeight / table.rowHeight) - 2);
      const far = ctrlKey || metaKey;
      const last = table.view.lines.items.length - 1;
      if ((key === "ArrowRight" || key === "ArrowLeft") && this.fold(key === "ArrowRight")) return true;
      /** @type {Map<string, [number, number]>} */
      const moves = new Map([
        ["ArrowUp", [far ? 0 : line - 1, column]], ["ArrowDown", [far ? last : line + 1, column]],
        ["ArrowLeft", [line, column - 1]], ["ArrowRight", [line, column + 1]],
        ["Home", [far ? 0 : line, far ? column : 0]], ["End", [far ? last : line, far ? column : table.columns.length]],
        ["PageUp", [Math.max(0, line - page), column]], ["PageDown", [line + page, column]],
      ]);
      const move = moves.get(key);
      if (!move) return false;
      if (shiftKey && line >= 0 && (key === "ArrowUp" || key === "ArrowDown")) {
        if (table.anchor < 0) table.select(line, true, false);
        this.go(...move);
        table.select(this.at.line, true, true);
      } else this.go(...move);
      return true;
    }

    /** Open or close what is below the current name. @param {boolean} on */
    fold(on) {
      const { table, at } = this;
      const item = table.view.lines.items[at.line];
      if (at.line < 0 || table.columns[at.column - 1]?.id !== "run.name") return false;
      const key = item < 0 ? table.view.lines.groups[-1 - item].key : table.view.lines.children.has(item) ? table.view.runs.runId(item) : null;
      if (key === null || table.view.open.has(key) === on) return false;
      table.hooks.onToggle(key, on);
      return true;
    }

    /** @param {KeyboardEvent} event */
    onAct({ key, ctrlKey, metaKey, shiftKey, target }) {
      const { table, at } = this;
      if (key.toLowerCase() === "a" && (ctrlKey || metaKey)) {
        table.selectAll(true);
        return true;
      }
      if (key !== " " || at.line < 0) return false;
      if (/** @type {HTMLElement} */ (target).matches("input, button") && !shiftKey) return false;
      const on = shiftKey || !table.idsOf(at.line).every((/** @type {string} */ id) => table.view.selected.has(id));
      table.select(at.line, on, shiftKey);
      return true;
    }
  }

  window.runsite.GridKeys = GridKeys;
})();
