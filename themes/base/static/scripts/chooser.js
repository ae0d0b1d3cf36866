// Which columns the runs table shows, where they stand and which stay in sight: a list by kind with
// a filter of its own, and the shown ones in their order.
(function () {
  "use strict";

  const { make, formatCount, COLUMN_KINDS } = window.runsite;

  /** @param {HTMLElement} panel @param {any} page */
  function fillChooser(panel, page) {
    panel.classList.add("chooser-panel");
    const search = /** @type {HTMLInputElement} */ (make("input", { type: "search", "aria-label": "Filter columns", placeholder: "Filter columns" }));
    search.addEventListener("input", () => narrow(panel, search.value));
    const order = make("ol", { class: "chooser-order", "aria-label": "Shown columns in order" });
    const refill = () => fillOrder(order, page, refill);
    refill();
    const reset = make("button", { type: "button", class: "link", onclick: () => {
      page.resetColumns();
      panel.replaceChildren();
      fillChooser(panel, page);
    } }, "As at first");
    panel.append(search);
    for (const [group, title] of Object.entries(COLUMN_KINDS)) {
      const columns = page.runs.columns.filter((/** @type {any} */ column) => column.group === group && column.id !== "run.name");
      if (!columns.length) continue;
      const all = make("button", { type: "button", class: "link", "aria-label": `Show all or none of ${title}`, onclick: () => {
        const on = !columns.every((/** @type {any} */ column) => page.shown.includes(column.id));
        page.setColumns(columns.map((/** @type {any} */ column) => column.id), on);
        for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (fieldset.querySelectorAll("label input"))) box.checked = on;
        refill();
      } }, "all");
      const fieldset = make("fieldset", {}, make("legend", {}, /** @type {string} */ (title), " ", all), ...columns.map((/** @type {any} */ column) => makeItem(page, column, refill)));
      panel.append(fieldset);
    }
    panel.append(make("div", { class: "chooser-head" }, make("h3", {}, "Order"), reset), make("p", { class: "menu-note", id: "chooser-help" }, "Drag, or move with Alt and the arrow keys; the pin keeps a column in sight."), order);
  }

  /** @param {any} page @param {any} column @param {() => void} refill */
  function makeItem(page, column, refill) {
    const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox" }));
    box.checked = page.shown.includes(column.id);
    box.addEventListener("change", () => {
      page.setColumn(column.id, box.checked);
      refill();
    });
    const share = column.filled < page.runs.size ? make("span", { class: "muted" }, formatCount(column.filled)) : null;
    return make("label", { class: "tick", "data-label": column.label.toLowerCase() }, box, make("span", {}, column.label), " ", share);
  }

  /** @param {HTMLElement} list @param {any} page @param {() => void} refill */
  function fillOrder(list, page, refill) {
    /** @type {string} */
    const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest?.(".chooser-order li"))?.dataset.id ?? "";
    const items = page.columns.filter((/** @type {any} */ column) => column.id !== "run.name").map((/** @type {any} */ column) => {
      const pinned = page.pinned.has(column.id);
      const pin = make("button", { type: "button", class: "pin", "aria-pressed": String(pinned), "aria-label": `Pin ${column.label}`, onclick: () => {
        page.pinColumn(column.id, !pinned);
        refill();
      } }, pinned ? "pinned" : "pin");
      return make("li", { draggable: "true", "data-id": column.id }, make("button", { type: "button", class: "grip", "aria-label": `Move ${column.label}`, "aria-describedby": "chooser-help" }, "⠿"), make("span", { class: "order-label" }, column.label), pin);
    });
    list.replaceChildren(...items);
    list.onkeydown = (event) => {
      const item = /** @type {HTMLElement} */ (event.target).closest("li");
      const step = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined;
      if (!item || !step) return;
      event.preventDefault();
      event.stopPropagation();
      page.shiftColumnBy(item.dataset.id ?? "", step);
      refill();
    };
    letItemsMove(list, (id, before) => {
      page.putColumn(id, before);
      refill();
    });
    if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`li[data-id="${CSS.escape(focused)}"] .grip`))?.focus();
  }

  /** @param {HTMLElement} list @param {(id: string, before: string | null) => void} onMove */
  function letItemsMove(list, onMove) {
    let moving = "";
    /** @param {Event} event */
    const item = (event) => /** @type {HTMLElement} */ (event.target).closest("li");
    list.ondragstart = (event) => {
      moving = item(event)?.dataset.id ?? "";
      event.dataTransfer?.setData("text/plain", moving);
    };
    list.ondragover = (event) => {
      if (moving) event.preventDefault();
    };
    list.ondrop = (event) => {
      event.preventDefault();
      const over = item(event);
      const below = over && event.clientY > over.getBoundingClientRect().top + over.offsetHeight / 2;
      const before = below ? /** @type {HTMLElement | null} */ (over.nextElementSibling) : over;
      if (moving) onMove(moving, before?.dataset.id ?? null);
      moving = "";
    };
  }

  /** @param {HTMLElement} panel @param {string} text */
  function narrow(panel, text) {
    for (const label of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll("[data-label]"))) {
      label.hidden = !(label.dataset.label || "").includes(text.toLowerCase());
    }
  }

  Object.assign(window.runsite, { fillChooser });
})();
