// Light or dark: as the system says, until the reader switches. Runs before the first paint.
(function () {
  "use strict";

  const KEY = "runsite-theme";
  const root = document.documentElement;
  root.dataset.script = "on"; // the place of what scripts draw is kept from the first paint on

  /** @returns {string | null} */
  function readChoice() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage can be forbidden, as from disk in some browsers
    }
  }

  /** @param {string} theme */
  function keepChoice(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // the choice then lasts for this page
    }
  }

  function isDark() {
    const chosen = root.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  const chosen = readChoice();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

  /** @param {string | undefined} theme none for what the system says */
  function show(theme) {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.dispatchEvent(new CustomEvent("runsite:theme"));
  }

  // Charts are drawn for the page that they stand on, and paper is light.
  addEventListener("beforeprint", () => {
    if (!isDark()) return;
    const before = root.dataset.theme;
    show("light");
    addEventListener("afterprint", () => show(before), { once: true });
  });

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!(button instanceof HTMLButtonElement)) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const theme = isDark() ? "light" : "dark";
      keepChoice(theme);
      show(theme);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
      document.dispatchEvent(new CustomEvent("runsite:theme")),
    );
  });
})();
