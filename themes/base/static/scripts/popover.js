// A small panel that opens below a button: closed by Escape, by a click elsewhere or by leaving it.
(function () {
  "use strict";

  const { make } = window.runsite;

  /** @type {{panel: HTMLElement, button: HTMLElement} | null} */
  let opened = null;

  /**
   * Open a panel at a button, or close it where it is open.
   * @param {HTMLElement} button @param {string} label what the panel is, for screen readers
   * @param {(panel: HTMLElement) => void} fill
   */
  function openPopover(button, label, fill) {
    const same = opened?.button === button;
    closePopover({ refocus: same });
    if (same) return;
    /** @type {HTMLElement} */
    const panel = make("div", { class: "popover", role: "dialog", "aria-label": label, tabindex: -1 });
    fill(panel);
    /** @type {HTMLElement} */ (document.querySelector("main")).append(panel);
    button.setAttribute("aria-expanded", "true");
    opened = { panel, button };
    place(panel, button);
    (/** @type {HTMLElement | null} */ (panel.querySelector("[autofocus], input, select, button")) ?? panel).focus({ preventScroll: true });
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      closePopover({ refocus: true });
    });
    panel.addEventListener("focusout", (event) => {
      const next = /** @type {Node | null} */ (event.relatedTarget);
      if (next && !panel.contains(next) && !button.contains(next)) closePopover({ refocus: false });
    });
  }

  /** @param {{refocus: boolean}} how */
  function closePopover({ refocus }) {
    if (!opened) return;
    const { panel, button } = opened;
    opened = null;
    if (refocus) returnTo(button).focus({ preventScroll: true });
    panel.remove();
    button.removeAttribute("aria-expanded");
  }

  /** A header is drawn anew while its panel is open: its button is then another element. @param {HTMLElement} button */
  function returnTo(button) {
    const name = button.dataset.menu;
    if (name === undefined) return button;
    const again = document.querySelector(`[data-menu="${CSS.escape(name)}"]`);
    return /** @type {HTMLElement} */ (again?.closest("th")?.querySelector(".sort") ?? button);
  }

  /** @param {HTMLElement} panel @param {HTMLElement} button */
  function place(panel, button) {
    const anchor = button.getBoundingClientRect();
    const { width, height } = panel.getBoundingClientRect();
    const left = Math.max(8, Math.min(anchor.right - width, innerWidth - width - 8));
    const below = anchor.bottom + 4;
    panel.style.left = `${left < 8 ? 8 : anchor.left + width < innerWidth - 8 ? anchor.left : left}px`;
    panel.style.top = `${Math.max(8, below + height > innerHeight - 8 ? Math.min(below, innerHeight - height - 8) : below)}px`;
  }

  document.addEventListener("pointerdown", (event) => {
    const target = /** @type {Node} */ (event.target);
    if (opened && !opened.panel.contains(target) && !opened.button.contains(target)) closePopover({ refocus: false });
  });
  addEventListener("resize", () => closePopover({ refocus: false }));
  document.addEventListener("scroll", (event) => {
    if (!opened || opened.panel.contains(/** @type {Node} */ (event.target))) return;
    const anchor = returnTo(opened.button);
    if (anchor.isConnected) place(opened.panel, anchor);
  }, { capture: true, passive: true });

  /** @param {string} label @param {() => void} onclick @param {Record<string, any>} [settings] */
  function makeItem(label, onclick, settings = {}) {
    return make("button", { type: "button", class: "menu-item", ...settings, onclick }, label);
  }

  /** A box that can be ticked, with its words. @param {string} label @param {boolean} checked @param {(on: boolean) => void} onChange */
  function makeTick(label, checked, onChange) {
    const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox" }));
    box.checked = checked;
    box.addEventListener("change", () => onChange(box.checked));
    return make("label", { class: "tick" }, box, make("span", {}, label));
  }

  Object.assign(window.runsite, { openPopover, closePopover, makeItem, makeTick });
})();
