// Which columns the runs table shows: a list by kind, with a filter of its own.
(function () {
  "use strict";

  const { make, formatCount } = window.runsite;
  const TITLES = { run: "Run", metrics: "Metrics", params: "Params", tags: "Tags" };

  class Chooser {
    /** @param {{runs: any, shown: Set<string>, showColumn: (id: string, on: boolean) => void}} view */
    constructor(view) {
      this.view = view;
      this.button = make("button", { type: "button", class: "plain", "aria-expanded": "false", "aria-controls": "chooser-panel", onclick: () => this.toggle() }, "Columns");
      this.panel = make("div", { class: "chooser-panel", id: "chooser-panel", hidden: true });
      this.element = make("div", { class: "chooser" }, this.button, this.panel);
      this.element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Escape" && !this.panel.hidden) {
          this.toggle();
          this.button.focus();
        }
      });
      document.addEventListener("click", (event) => {
        if (!this.panel.hidden && !this.element.contains(/** @type {Node} */ (event.target))) this.toggle();
      });
    }

    toggle() {
      this.panel.hidden = !this.panel.hidden;
      this.button.setAttribute("aria-expanded", String(!this.panel.hidden));
      if (!this.panel.childElementCount) this.fillPanel();
      if (!this.panel.hidden) /** @type {HTMLElement | null} */ (this.panel.querySelector("input"))?.focus();
    }

    fillPanel() {
      const search = /** @type {HTMLInputElement} */ (make("input", { type: "search", "aria-label": "Filter columns", placeholder: "Filter columns" }));
      search.addEventListener("input", () => this.narrow(search.value));
      this.panel.append(search);
      for (const [group, title] of Object.entries(TITLES)) {
        const columns = this.view.runs.columns.filter((/** @type {any} */ column) => column.group === group);
        if (columns.length) this.panel.append(make("fieldset", {}, make("legend", {}, title), ...columns.map((/** @type {any} */ column) => this.makeItem(column))));
      }
    }

    /** @param {any} column */
    makeItem(column) {
      const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox" }));
      box.checked = this.view.shown.has(column.id);
      box.addEventListener("change", () => this.view.showColumn(column.id, box.checked));
      const share = column.filled < this.view.runs.size ? make("span", { class: "muted" }, formatCount(column.filled)) : null;
      return make("label", { "data-label": column.label.toLowerCase() }, box, column.label, share);
    }

    /** @param {string} text */
    narrow(text) {
      for (const label of /** @type {NodeListOf<HTMLElement>} */ (this.panel.querySelectorAll("label"))) {
        label.hidden = !(label.dataset.label || "").includes(text.toLowerCase());
      }
    }
  }

  window.runsite.Chooser = Chooser;
})();
