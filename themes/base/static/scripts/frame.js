// What stands around every chart: its picture, its numbers as a table, its files.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, drawChart, clearChart, makePicture, saveText, saveDataUrl, formatCsv, makeFileName, formatNumber } = runsite;
  const MAX_ROWS = 500;

  /**
   * The numbers of a chart. Cells are what was logged: numbers, words, null.
   * @typedef {object} Numbers
   * @property {string[]} head
   * @property {(string | number | null)[][]} rows
   * @property {(place: number) => string} [href] where the first cell of a row leads
   */

  /**
   * Files of a chart that is not drawn by Vega.
   * @typedef {object} Source
   * @property {() => Promise<{spec: object, svg: () => Promise<string> | string, png: () => Promise<string> | string, close: () => void}>} picture
   */

  class ChartFrame {
    /**
     * @param {HTMLElement} host
     * @param {{title?: string, height?: number, level?: string, bar?: HTMLElement | null}} [settings] `bar`: where the tools stand instead
     */
    constructor(host, { title = "", height = 360, level = "h3", bar = null } = {}) {
      this.title = title;
      this.height = height;
      this.place = make("div", { class: "chart" });
      this.place.style.minHeight = `${height}px`;
      this.sheet = make("div", { class: "chart-sheet", tabindex: 0, role: "group", hidden: true });
      this.note = make("p", { class: "plot-note", role: "status" });
      this.toggle = make("button", { type: "button", class: "quiet", "aria-pressed": "false", onclick: () => this.turn() }, "Table");
      this.heading = title ? make(level, { class: "chart-title" }, title) : null;
      this.menu = this.makeMenu();
      this.tools = make("div", { class: "chart-tools" }, this.toggle, this.menu);
      bar?.append(this.tools);
      this.element = make("div", { class: "chart-frame" }, make("div", { class: "chart-head" }, this.heading, bar ? null : this.tools), this.place, this.sheet, this.note);
      host.append(this.element);
      /** @type {(() => Numbers) | null} */ this.numbers = null;
      /** @type {(() => Promise<any>) | null} */ this.picture = null;
    }

    makeMenu() {
      const formats = /** @type {[string, string][]} */ ([["svg", "SVG picture"], ["png", "PNG picture"], ["csv", "CSV numbers"], ["vega", "Vega spec"]]);
      const menu = make("details", { class: "menu" });
      const buttons = formats.map(([format, words]) => make("button", { type: "button", "data-format": format, onclick: () => void this.save(format).finally(() => menu.removeAttribute("open")) }, words));
      menu.append(make("summary", { class: "quiet" }, "Save"), make("div", { class: "menu-items" }, ...buttons));
      menu.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Escape") return;
        menu.removeAttribute("open");
        menu.querySelector("summary")?.focus();
      });
      return menu;
    }

    /**
     * @param {string} kind @param {any} content as `drawChart` takes it
     * @param {() => Numbers} numbers
     */
    draw(kind, content, numbers) {
      this.offer({ label: content.label, numbers, picture: () => makePicture(kind, content, this.place.clientWidth || 720) });
      return drawChart(this.place, kind, content);
    }

    /** Offer files and a table. @param {{label: string, numbers: () => Numbers, picture: () => Promise<any>}} what */
    offer({ label, numbers, picture }) {
      this.label = label;
      this.numbers = numbers;
      this.picture = picture;
      this.sheet.setAttribute("aria-label", `Table: ${label}`);
      this.tools.classList.remove("chart-tools-off");
      if (!this.sheet.hidden) this.fillSheet();
    }

    /** Say in words why there is no picture. @param {string} words */
    say(words) {
      clearChart(this.place);
      this.numbers = this.picture = null;
      this.tools.classList.add("chart-tools-off");
      this.sheet.replaceChildren();
      this.note.textContent = "";
      this.place.append(make("p", { class: "chart-nothing" }, words));
    }

    turn() {
      const on = this.sheet.hidden;
      this.toggle.setAttribute("aria-pressed", String(on));
      this.sheet.hidden = !on;
      this.place.hidden = on;
      if (on) this.fillSheet();
      else window.dispatchEvent(new Event("resize"));
    }

    fillSheet() {
      if (!this.numbers) return;
      const { head, rows, href } = this.numbers();
      const isNumber = head.map((_, i) => rows.some((row) => typeof row[i] === "number"));
      const body = rows.slice(0, MAX_ROWS).map((row, place) => make("tr", {}, ...row.map((value, i) => makeCell(value, i, i === 0 && href ? href(place) : "", isNumber[i]))));
      const heads = head.map((words, i) => make("th", { scope: "col", class: isNumber[i] ? "num" : false }, words));
      const more = rows.length > MAX_ROWS ? make("p", { class: "plot-note" }, `The first ${MAX_ROWS} of ${rows.length} rows; Save as CSV has them all.`) : null;
      this.sheet.replaceChildren(make("table", { class: "list" }, make("caption", { class: "hidden-text" }, this.label ?? ""), make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body)));
      if (more) this.sheet.append(more);
    }

    /** @param {string} format */
    async save(format) {
      if (!this.numbers || !this.picture) return;
      // What a picture shows, without the values that its description goes on to tell.
      const name = makeFileName(this.title || (this.label ?? "").split(/[:;] |, (?=\d)/)[0]);
      if (format === "csv") {
        const { head, rows } = this.numbers();
        return saveText(`${name}.csv`, formatCsv([head, ...rows]), "text/csv");
      }
      const picture = await this.picture();
      try {
        if (format === "svg") saveText(`${name}.svg`, await picture.svg(), "image/svg+xml");
        else if (format === "png") saveDataUrl(`${name}.png`, await picture.png());
        else saveText(`${name}.vg.json`, JSON.stringify(picture.spec, null, 1), "application/json");
      } finally {
        picture.close();
      }
    }
  }

  /** @param {string | number | null} value @param {number} place @param {string} href @param {boolean} isNumber */
  function makeCell(value, place, href, isNumber) {
    const text = value === null ? "–" : typeof value === "number" ? formatNumber(value) : value;
    const content = href ? make("a", { href }, text) : text;
    const settings = { class: isNumber ? "num" : false, title: typeof value === "number" ? String(value) : false };
    return place === 0 ? make("th", { scope: "row", ...settings }, content) : make("td", settings, content);
  }

  document.addEventListener("pointerdown", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
    }
  });

  runsite.ChartFrame = ChartFrame;
})();
