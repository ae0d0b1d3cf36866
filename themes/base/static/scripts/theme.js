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

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!(button instanceof HTMLButtonElement)) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      keepChoice(root.dataset.theme);
      document.dispatchEvent(new CustomEvent("runsite:theme"));
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
      document.dispatchEvent(new CustomEvent("runsite:theme")),
    );
  });
})();
