// Code that can be typed can be copied: a button on each block.
(function () {
  "use strict";

  const { make } = window.runsite;
  const SHOWN_MS = 1600;

  /** @param {string} text @returns {Promise<boolean>} */
  async function copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // no clipboard without a secure address: the old way, by a selection
      const area = /** @type {HTMLTextAreaElement} */ (make("textarea", { class: "hidden-text", "aria-hidden": "true", tabindex: -1 }));
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  }

  /** @param {HTMLElement} block */
  function addButton(block) {
    const button = make("button", { type: "button", class: "plain copy", "aria-live": "polite", onclick: async () => {
      const done = await copyText((block.textContent ?? "").replace(/\n$/, ""));
      button.focus();
      button.textContent = done ? "Copied" : "Not allowed";
      setTimeout(() => { button.textContent = "Copy"; }, SHOWN_MS);
    } }, "Copy");
    const box = make("div", { class: "code-box" });
    block.replaceWith(box);
    box.append(block, button);
  }

  /** @param {ParentNode} host whose blocks of code have no button yet */
  function offerCopies(host) {
    for (const block of host.querySelectorAll("pre.code")) addButton(/** @type {HTMLElement} */ (block));
  }

  Object.assign(window.runsite, { offerCopies });
  document.addEventListener("DOMContentLoaded", () => {
    const main = document.querySelector("main");
    if (main) offerCopies(main);
  });
})();
