// Search: every word must occur in a document's title, place or words. Plain text beats an index
// at this size: ten thousand documents answer in a few milliseconds.
(function () {
  "use strict";

  const { make, pageData, load, root, readState, writeState, onStateChange, coalesce } = window.runsite;
  const MAX_SHOWN = 50;
  const KINDS = { model: "Model", version: "Model version", experiment: "Experiment", run: "Run" };

  /** @typedef {[string, string, string, string, string]} Document kind, title, path, place, words */

  /** @param {Document[]} documents @param {string[]} folded @param {string} query */
  function search(documents, folded, query) {
    const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!parts.length) return [];
    const hits = [];
    for (let i = 0; i < documents.length; i++) {
      if (parts.every((part) => folded[i].includes(part))) hits.push(i);
    }
    // Hits in the title before hits in the words; the order of the data (newest first) else.
    const inTitle = (/** @type {number} */ i) => parts.some((part) => documents[i][1].toLowerCase().includes(part));
    return [...hits.filter(inTitle), ...hits.filter((i) => !inTitle(i))].map((i) => documents[i]);
  }

  /** @param {Document} document @param {string[]} parts */
  function makeHit([kind, title, path, place, words], parts) {
    const found = excerpt(words, parts);
    return make("li", {}, make("a", { href: root() + path },
      make("span", { class: "hit-kind" }, place ? `${KINDS[/** @type {"run"} */ (kind)]} · ${place}` : KINDS[/** @type {"run"} */ (kind)]),
      make("span", { class: "hit-title" }, ...mark(title, parts)),
      make("span", { class: "hit-words" }, ...mark(found, parts))));
  }

  /** @param {string} text @param {string[]} parts */
  function excerpt(text, parts) {
    const at = Math.min(...parts.map((part) => text.toLowerCase().indexOf(part)).filter((place) => place >= 0), Infinity);
    const start = at === Infinity || at < 60 ? 0 : text.lastIndexOf(" ", at - 30) + 1;
    return (start ? "… " : "") + text.slice(start, start + 200);
  }

  /** @param {string} text @param {string[]} parts @returns {(string | HTMLElement)[]} */
  function mark(text, parts) {
    const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    return text.split(new RegExp(`(${pattern})`, "i")).map((piece, i) => (i % 2 ? make("mark", {}, piece) : piece));
  }

  document.addEventListener("DOMContentLoaded", async () => {
    const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-search]"));
    const input = /** @type {HTMLInputElement} */ (form.querySelector("input"));
    const count = /** @type {HTMLElement} */ (form.querySelector("[data-search-count]"));
    const list = /** @type {HTMLElement} */ (document.querySelector("[data-search-results]"));
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    input.value = readState().get("q") ?? "";
    input.focus();
    const documents = /** @type {Document[]} */ ((await Promise.all(pageData().map(load))).flat());
    const folded = documents.map(([, title, , place, words]) => `${title} ${place} ${words}`.toLowerCase());

    const update = () => {
      const query = input.value.trim();
      writeState({ q: query });
      const hits = search(documents, folded, query);
      const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
      count.textContent = query ? `${hits.length === 0 ? "Nothing" : hits.length} found${hits.length > MAX_SHOWN ? `, the first ${MAX_SHOWN} shown` : ""}` : `${documents.length} runs, experiments and models to search`;
      list.replaceChildren(...hits.slice(0, MAX_SHOWN).map((hit) => makeHit(hit, parts)));
    };
    input.addEventListener("input", coalesce(update));
    onStateChange(() => {
      input.value = readState().get("q") ?? "";
      update();
    });
    update();
  });
})();
