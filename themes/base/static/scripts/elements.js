// The parts of a run's page as elements, made from its facts as a data shard holds them.
(function () {
  "use strict";

  const { make, root } = window.runsite;
  const MANY_PAIRS = 24;
  const COLUMNS = 3;

  /** @typedef {Record<string, any>} Item */

  /** A list of things comes as columns, and their number under the empty name. @param {Item} columns @returns {Item[]} */
  function rows(columns) {
    if (Array.isArray(columns)) return [];
    const names = Object.keys(columns).filter((name) => name);
    return Array.from({ length: columns[""] }, (_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
  }

  /** @param {string} path @param {string} text @param {Item} [settings] */
  function link(path, text, settings = {}) {
    return make("a", { href: root() + path, ...settings }, text);
  }

  /** @param {string} status */
  function statusPill(status) {
    return make("span", { class: `status status-${status.toLowerCase()}` }, status.toLowerCase());
  }

  /** @param {Item} fact */
  function factValue(fact) {
    if (fact.path) return link(fact.path, fact.value);
    if (fact.url) return make("a", { href: fact.url, rel: "noopener noreferrer" }, make("code", {}, fact.value));
    if (fact.kind === "code") return make("code", {}, fact.value);
    if (fact.kind === "time" && fact.title) return make("time", { datetime: fact.title }, fact.value);
    return document.createTextNode(fact.value);
  }

  /** @param {Item} fact */
  function title(fact) {
    return fact.title && fact.title !== fact.value ? fact.title : false;
  }

  /** @param {Item} facts */
  function factTable(facts) {
    return make("table", { class: "pairs" }, make("tbody", {}, ...rows(facts).map((fact) =>
      make("tr", {}, make("th", { scope: "row" }, fact.label), make("td", { title: title(fact) }, factValue(fact))))));
  }

  /** As the macro `pairs` makes it: very many stand in columns. @param {Item} pairs */
  function pairTable(pairs) {
    const all = rows(pairs);
    const parts = all.length > MANY_PAIRS ? COLUMNS : 1;
    const ends = Array.from({ length: parts + 1 }, (_, i) => Math.floor(all.length / parts) * i + Math.min(i, all.length % parts));
    return make("div", { class: "pairs-parts" }, ...ends.slice(1).map((end, i) => make("table", { class: "pairs" }, make("tbody", {}, ...all.slice(ends[i], end).map(({ key, value }) =>
      make("tr", {}, make("th", { scope: "row" }, key), make("td", {}, make("code", {}, value || ""))))))));
  }

  /** A section; nothing where there is nothing to say. @param {string} id @param {string} heading @param {Item} things @param {() => Node[]} fill @param {string} [aside] */
  function section(id, heading, things, fill, aside = "") {
    if (Array.isArray(things) && !things.length) return null;
    const head = make("h2", { id }, heading);
    const line = aside ? make("div", { class: "section-head" }, head, make("span", { class: "muted" }, aside)) : head;
    return make("section", { "aria-labelledby": id }, line, ...fill());
  }

  /** @param {string} id @param {[string, string][]} heads text and class @param {HTMLElement[]} body @param {string} [kind] */
  function list(id, heads, body, kind = "") {
    const head = heads.map(([text, name]) => make("th", { scope: "col", class: name || false }, text));
    return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": id },
      make("table", { class: `list ${kind}`.trim() }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body)));
  }

  /** @param {string} direction `min`, `max` or empty */
  function directionMark(direction) {
    if (!direction) return null;
    const better = direction === "min" ? "lower is better" : "higher is better";
    return make("span", { class: "direction", title: better }, direction === "min" ? "↓" : "↑", make("span", { class: "hidden-text" }, ` (${better})`));
  }

  window.runsite.elements = { rows, link, statusPill, factValue, title, factTable, pairTable, section, list, directionMark };
})();
