// The options of a plot: selects, switches and sliders whose values stand in the address.
(function () {
  "use strict";

  const { make, readState, writeState } = window.runsite;
  const GROUPS = { metrics: "Metrics", params: "Params", run: "Run", tags: "Tags" };

  /** @typedef {{value: string, label: string, group?: string}} Option */

  class Controls {
    /**
     * @param {string} prefix of the names in the address, as in `scatter.x`
     * @param {(name: string) => void} onChange
     */
    constructor(prefix, onChange) {
      this.prefix = prefix;
      this.onChange = onChange;
      this.element = make("div", { class: "plot-bar" });
      this.state = readState();
      /** @type {Map<string, {usual: string, read: () => string, write: (value: string) => void}>} */
      this.fields = new Map();
    }

    /** @param {string} name @param {string} usual */
    start(name, usual) {
      return this.state.get(`${this.prefix}.${name}`) ?? usual;
    }

    /** @param {string} name */
    value(name) {
      return this.fields.get(name)?.read() ?? "";
    }

    /** @param {string} name */
    isOn(name) {
      return this.value(name) === "yes";
    }

    /** @param {string} name @param {string} value */
    set(name, value) {
      this.fields.get(name)?.write(value);
      this.changed(name);
    }

    /** @param {string} name */
    changed(name) {
      const field = this.fields.get(name);
      const value = field?.read() ?? "";
      writeState({ [`${this.prefix}.${name}`]: value === field?.usual ? "" : value });
      this.onChange(name);
    }

    /** A value that something else than a control changes. @param {string} name */
    keep(name) {
      let value = this.start(name, "");
      this.fields.set(name, { usual: "", read: () => value, write: (text) => (value = text) });
    }

    /** @param {string} name @param {string} label @param {Option[]} options @param {string} usual */
    choice(name, label, options, usual) {
      const select = /** @type {HTMLSelectElement} */ (make("select", { onchange: () => this.changed(name) }));
      fillSelect(select, options);
      const start = this.start(name, usual);
      select.value = options.some(({ value }) => value === start) ? start : usual;
      this.fields.set(name, { usual, read: () => select.value, write: (value) => (select.value = value) });
      this.element.append(make("label", {}, label, select));
      return select;
    }

    /** @param {string} name @param {string} label @param {boolean} [usual] */
    toggle(name, label, usual = false) {
      const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", onchange: () => this.changed(name) }));
      box.checked = this.start(name, usual ? "yes" : "no") === "yes";
      this.fields.set(name, { usual: usual ? "yes" : "no", read: () => (box.checked ? "yes" : "no"), write: (value) => (box.checked = value === "yes") });
      this.element.append(make("label", {}, box, label));
      return box;
    }

    /** @param {string} name @param {string} label @param {{min: number, max: number, step: number}} bounds @param {number} usual */
    slider(name, label, { min, max, step }, usual) {
      const shown = make("output", {});
      const input = /** @type {HTMLInputElement} */ (make("input", { type: "range", min, max, step }));
      const given = Number(this.start(name, String(usual)));
      input.value = String(Number.isFinite(given) ? given : usual);
      const show = () => (shown.textContent = input.value);
      input.addEventListener("input", () => {
        show();
        this.changed(name);
      });
      show();
      this.fields.set(name, { usual: String(usual), read: () => input.value, write: (value) => ((input.value = value), show()) });
      this.element.append(make("label", {}, label, input, shown));
      return input;
    }

    /**
     * Several of many, in a menu of check boxes. The value is their ids, joined.
     * @param {string} name @param {string} label @param {Option[]} options @param {string[]} usual
     */
    several(name, label, options, usual) {
      const menu = make("details", { class: "menu" });
      const summary = make("summary", { class: "plain-summary" });
      const items = make("div", { class: "menu-items menu-checks" });
      menu.append(summary, items);
      this.element.append(menu);
      const field = new Several({ items, summary, label, changed: () => this.changed(name) });
      field.offer(options, usual);
      if (this.state.has(`${this.prefix}.${name}`)) field.write(this.start(name, ""));
      this.fields.set(name, field);
      menu.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Escape") return;
        menu.removeAttribute("open");
        summary.focus();
      });
      return field;
    }
  }

  class Several {
    /** @param {{items: HTMLElement, summary: HTMLElement, label: string, changed: () => void}} parts */
    constructor({ items, summary, label, changed }) {
      this.items = items;
      this.summary = summary;
      this.label = label;
      this.changed = changed;
      this.usual = "";
      /** @type {string[]} ids in the order in which they were chosen */ this.chosen = [];
      /** @type {string[]} what was asked for, known or not */ this.wanted = [];
      /** @type {Set<string>} */ this.known = new Set();
    }

    /** @param {Option[]} options @param {string[]} usual */
    offer(options, usual) {
      const touched = this.wanted.filter((id) => options.some(({ value }) => value === id));
      this.usual = joinIds(usual);
      this.known = new Set(options.map(({ value }) => value));
      this.items.replaceChildren(...options.map((option) => this.makeBox(option)));
      this.choose(touched.length ? touched : usual);
    }

    /** @param {Option} option */
    makeBox({ value, label, group }) {
      const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", value }));
      box.addEventListener("change", () => {
        this.wanted = box.checked ? [...this.chosen, value] : this.chosen.filter((id) => id !== value);
        this.choose(this.wanted);
        this.changed();
      });
      return make("label", {}, box, make("span", {}, label), group ? make("span", { class: "muted" }, group.replace(/s$/, "").toLowerCase()) : null);
    }

    /** @param {string[]} ids */
    choose(ids) {
      this.chosen = ids.filter((id) => this.known.has(id));
      for (const box of this.items.querySelectorAll("input")) box.checked = this.chosen.includes(box.value);
      this.summary.textContent = `${this.label} (${this.chosen.length})`;
    }

    read() {
      return joinIds(this.chosen);
    }

    /** @param {string} text */
    write(text) {
      this.wanted = splitIds(text);
      this.choose(this.wanted);
    }
  }

  /** @param {HTMLSelectElement} select @param {Option[]} options */
  function fillSelect(select, options) {
    /** @type {Map<string, HTMLElement>} */
    const groups = new Map();
    select.replaceChildren();
    for (const { value, label, group } of options) {
      const option = make("option", { value }, label);
      if (!group) {
        select.append(option);
        continue;
      }
      const known = groups.get(group) ?? make("optgroup", { label: group });
      if (!groups.has(group)) select.append(known);
      groups.set(group, known);
      known.append(option);
    }
  }

  /** @param {string[]} ids */
  function joinIds(ids) {
    return ids.map(encodeURIComponent).join(",");
  }

  /** @param {string} text */
  function splitIds(text) {
    return text.split(",").filter(Boolean).map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
  }

  /**
   * Columns as options, the metrics first.
   * @param {any} runs @param {(column: any) => boolean} [test]
   * @returns {Option[]}
   */
  function columnOptions(runs, test = () => true) {
    return Object.entries(GROUPS).flatMap(([group, title]) =>
      runs.columns
        .filter((/** @type {any} */ c) => c.group === group && c.filled > 0 && c.id !== "run.id" && c.id !== "run.parent" && test(c))
        .map((/** @type {any} */ c) => ({ value: c.id, label: c.label, group: title })),
    );
  }

  /** The metric that says most: the first with a known direction. @param {any} runs */
  function mainMetric(runs) {
    const metrics = runs.columns.filter((/** @type {any} */ c) => c.group === "metrics" && c.filled > 0);
    return metrics.find((/** @type {any} */ c) => c.direction) ?? metrics[0];
  }

  Object.assign(window.runsite, { Controls, columnOptions, mainMetric, joinIds, splitIds, fillSelect });
})();
