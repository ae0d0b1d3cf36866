// What stands above the runs table: the filter, counts, and the panels for columns, view and export.
(function () {
  "use strict";

  const { make, formatCount, root, openPopover, loadScripts } = window.runsite;

  class Toolbar {
    /** @param {HTMLElement} bar @param {any} page the experiment's view with its commands */
    constructor(bar, page) {
      this.page = page;
      this.input = /** @type {HTMLInputElement} */ (make("input", { type: "search", "aria-label": "Filter runs", placeholder: 'Filter: words, or metrics.rmse < 7 and params.booster = "gbtree"', autocomplete: "off", spellcheck: "false" }));
      const { input } = this;
      input.addEventListener("input", () => page.setFilter(input.value));
      this.count = make("p", { class: "toolbar-count", role: "status" });
      this.complaint = make("p", { class: "toolbar-problem", id: "filter-problem", hidden: true });
      this.unbrush = make("button", { type: "button", class: "plain", hidden: true, onclick: () => page.plots.clearBrush() }, "Let go of the plot's ranges");
      this.compare = make("a", { class: "button-primary", hidden: true });
      this.clear = make("button", { type: "button", class: "plain", hidden: true, onclick: () => page.select([...page.selected], false) }, "Clear selection");
      this.chips = make("ul", { class: "chips", "aria-label": "What narrows and groups the table", hidden: true });
      this.said = make("p", { class: "hidden-text", role: "status" });
      this.scripts = bar.dataset.scripts;
      const panels = make("div", { class: "toolbar-panels" }, ...["Columns", "View", "Export"].map((title) => this.makePanelButton(title)));
      // On the way to a button there is time to load what it opens.
      for (const event of ["pointerenter", "focusin"]) panels.addEventListener(event, () => void loadScripts(this.scripts), { once: true });
      bar.append(make("div", { class: "toolbar-filter" }, input), this.count, this.unbrush, this.clear, this.compare, panels, this.complaint, this.chips, this.said);
      bar.hidden = false;
    }

    /** @param {string} title of a panel, which is filled by scripts that come when it is opened */
    makePanelButton(title) {
      const open = async () => {
        await loadScripts(this.scripts);
        openPopover(button, title, (/** @type {HTMLElement} */ panel) => window.runsite.fillPanel(title, panel, this.page));
      };
      const button = make("button", { type: "button", class: "plain", "aria-haspopup": "dialog", onclick: () => void open() }, title);
      return button;
    }

    /** Show the state of the view. */
    update() {
      const { page } = this;
      const { size } = page.runs;
      const { found, selected, rows } = page;
      if (this.input.value !== page.filter) this.input.value = page.filter;
      const words = rows.length === size ? `${formatCount(size)} run${size === 1 ? "" : "s"}` : `${formatCount(rows.length)} of ${formatCount(size)} runs`;
      this.count.textContent = selected.size ? `${words}, ${formatCount(selected.size)} selected` : words;
      const problem = found.problem ? `As a query: ${found.problem}. Searching for the words instead.` : found.unknown.length ? `No run here has ${found.unknown.join(" or ")}.` : "";
      this.complaint.hidden = !problem;
      this.complaint.textContent = problem;
      if (problem) this.input.setAttribute("aria-describedby", "filter-problem");
      else this.input.removeAttribute("aria-describedby");
      this.unbrush.hidden = !page.brushed;
      this.clear.hidden = this.compare.hidden = selected.size === 0;
      this.compare.textContent = `Compare ${formatCount(selected.size)}`;
      this.compare.setAttribute("href", `${root()}compare.html#runs=${[...selected].map(encodeURIComponent).join(",")}`);
      this.updateChips();
    }

    updateChips() {
      const { page } = this;
      const chips = [...page.clauses].map(([id, clause]) => makeChip(clause, `Remove the filter ${clause}`, () => page.setColumnFilter(id, "")));
      for (const id of page.group) {
        const { label } = page.runs.get(id);
        chips.push(makeChip(`by ${label}`, `Stop grouping by ${label}`, () => page.setGroup(page.group.filter((/** @type {string} */ each) => each !== id))));
      }
      if (page.lines.groups.length || page.lines.children.size) {
        const any = page.open.size > 0;
        chips.push(make("li", {}, make("button", { type: "button", class: "link", onclick: () => page.openAll(!any) }, any ? "Close all" : "Open all")));
      }
      this.chips.replaceChildren(...chips);
      this.chips.hidden = chips.length === 0;
    }

    /** Tell a screen reader. @param {string} text */
    say(text) {
      this.said.textContent = text;
    }
  }

  /** @param {string} text @param {string} label @param {() => void} onRemove */
  function makeChip(text, label, onRemove) {
    return make("li", { class: "chip" }, make("span", { title: text }, text), make("button", { type: "button", "aria-label": label, onclick: onRemove }, "×"));
  }

  window.runsite.Toolbar = Toolbar;
})();
