// The search page: what was found by kind, the best first, by pointer and keyboard, in the address.
(function () {
  "use strict";

  const { make, pageData, load, root, readState, writeState, onStateChange, coalesce, formatCount, Index, parseWords, splitMatches, makeExcerpt } = window.runsite;

  /** @typedef {[string, string, string, string, string]} Document kind, title, path, place, words */

  const FIRST = 20;
  const MORE = 200;
  /** More runs than this are better looked at in the table of their experiment. */
  const MAX_COMPARED = 50;
  const MAX_TABLES = 6;
  /** @type {[string, string, string[]][]} name, heading, kinds of documents */
  const GROUPS = [["models", "Models and versions", ["model", "version"]], ["experiments", "Experiments", ["experiment"]], ["runs", "Runs", ["run"]]];
  const KINDS = new Map([["model", "Model"], ["version", "Model version"]]);

  class Search {
    /** @param {HTMLElement} page @param {any} index */
    constructor(page, index) {
      this.index = index;
      this.input = /** @type {HTMLInputElement} */ (page.querySelector("[data-search] input"));
      this.count = /** @type {HTMLElement} */ (page.querySelector("[data-search-count]"));
      this.place = /** @type {HTMLElement} */ (page.querySelector("[data-search-results]"));
      /** @type {string[]} */
      this.words = [];
      this.input.addEventListener("input", coalesce(() => {
        writeState({ q: this.input.value.trim() });
        this.update();
      }));
      page.addEventListener("keydown", (event) => this.onKey(event));
      onStateChange(() => this.read());
    }

    read() {
      this.input.value = readState().get("q") ?? "";
      this.update();
    }

    update() {
      this.words = parseWords(this.input.value);
      const hits = /** @type {number[]} */ (this.index.find(this.words));
      const { documents } = this;
      this.count.textContent = !this.words.length ? `${formatCount(documents.length)} runs, experiments and models to search` : `${hits.length ? formatCount(hits.length) : "Nothing"} found`;
      if (!this.words.length) this.place.replaceChildren(this.makeLesson());
      else if (!hits.length) this.place.replaceChildren(this.makeAdvice(this.words));
      else this.place.replaceChildren(...this.makeGroups(hits.map((i) => documents[i])));
    }

    /** @param {Document[]} found */
    makeGroups(found) {
      return GROUPS.flatMap(([name, title, kinds]) => {
        const hits = found.filter(([kind]) => kinds.includes(kind));
        if (!hits.length) return [];
        const list = make("ul", { class: "search-results" });
        const more = make("button", { type: "button", class: "plain", onclick: () => {
          const next = list.children.length;
          this.fill(list, more, hits, next + MORE);
          /** @type {HTMLElement | null | undefined} */ (list.children[next]?.querySelector("a"))?.focus();
        } });
        this.fill(list, more, hits, FIRST);
        return [make("section", { class: "search-group", "aria-labelledby": `found-${name}` },
          make("h2", { id: `found-${name}` }, title, " ", make("span", { class: "muted" }, formatCount(hits.length))),
          name === "runs" ? this.makeWays(hits) : null, list, more)];
      });
    }

    /** @param {HTMLElement} list @param {HTMLElement} more @param {Document[]} hits @param {number} end */
    fill(list, more, hits, end) {
      list.append(...hits.slice(list.children.length, end).map((hit) => makeHit(hit, this.words)));
      const left = hits.length - list.children.length;
      more.hidden = left <= 0;
      more.textContent = `Show ${formatCount(Math.min(left, MORE))} more of ${formatCount(left)}`;
    }

    /** Where to go on with the runs that were found. @param {Document[]} hits */
    makeWays(hits) {
      const of = new Map();
      for (const [, , , place] of hits) of.set(place, (of.get(place) ?? 0) + 1);
      const filter = new URLSearchParams({ filter: this.input.value.trim() });
      const tables = this.words.some((word) => /\s/.test(word)) ? [] : [...of].slice(0, MAX_TABLES).flatMap(([name, count]) => {
        const path = this.experiments.get(name);
        return path ? [make("li", {}, make("a", { href: `${root()}${path}#${filter}` }, `${formatCount(count)} in the table of ${name}`))] : [];
      });
      const ids = hits.slice(0, MAX_COMPARED).map(([, , , , words]) => words.split(" ", 1)[0]);
      const compare = hits.length > 1 && hits.length <= MAX_COMPARED ? make("li", {}, make("a", { href: `${root()}compare.html#${new URLSearchParams({ runs: ids.join(",") })}` }, `Compare these ${hits.length}`)) : null;
      return tables.length || compare ? make("ul", { class: "search-ways" }, ...tables, compare) : null;
    }

    /** Name → path. @returns {Map<string, string>} */
    get experiments() {
      return new Map(this.documents.filter(([kind]) => kind === "experiment").map(([, title, path]) => [title, path]));
    }

    /** @returns {Document[]} */
    get documents() {
      return this.index.documents;
    }

    /** What can be asked, shown by what this site has. */
    makeLesson() {
      const { documents } = this;
      const find = (/** @type {string} */ kind) => documents.find(([one]) => one === kind);
      const param = documents.filter(([kind]) => kind === "run").slice(0, 20).flatMap((one) => one[4].split(" ")).find((word) => /^[\w.-]+=[\w.-]+$/.test(word));
      const [run, model, experiment] = [find("run"), find("model"), find("experiment")];
      const failed = documents.some(([kind, , , , words]) => kind === "run" && / failed\b/.test(words));
      const lessons = /** @type {[string, string][]} */ ([
        param && [param, "a param or tag with its value"],
        param && experiment && [`${param.split("=")[0]} ${experiment[1]}`, "several words: each must occur, in any order"],
        run && [`"${run[1]}"`, "in double quotes: as one"],
        run && [run[4].slice(0, 8), "the beginning of a run's id, or of a commit"],
        failed && ["failed", "a status"],
        model && [`${model[1]} version`, "models, their versions, stages and the words of their cards"],
      ].filter((/** @type {any} */ one) => one && !/["\n]./.test(one[0].slice(1, -1))));
      if (!lessons.length) return make("p", { class: "muted" }, "There is nothing to find yet: log a run, then build the site again.");
      return make("section", { class: "search-lesson", "aria-labelledby": "how" }, make("h2", { id: "how" }, "What can be found"),
        make("ul", {}, ...lessons.map(([query, what]) => make("li", {}, make("a", { href: `#${new URLSearchParams({ q: query })}` }, query), " ", make("span", { class: "muted" }, what)))),
        make("p", { class: "muted" }, "Numbers are compared in the table of an experiment: ", make("code", {}, "metrics.rmse < 7"), ". ", make("kbd", {}, "/"), " leads here from every page, ", make("kbd", {}, "↓"), " into what was found, ", make("kbd", {}, "Enter"), " opens it."));
    }

    /** What to ask instead where nothing was found. @param {string[]} words */
    makeAdvice(words) {
      const link = (/** @type {string} */ query, /** @type {string} */ text) => make("li", {}, make("a", { href: `#${new URLSearchParams({ q: query })}` }, text));
      const quote = (/** @type {string} */ word) => (/\s/.test(word) ? `"${word}"` : word);
      const fewer = words.length < 2 ? [] : words.flatMap((word) => {
        const rest = words.filter((one) => one !== word);
        const count = this.index.find(rest).length;
        return count ? [link(rest.map(quote).join(" "), `${formatCount(count)} without ${quote(word)}`)] : [];
      });
      const query = this.input.value.trim();
      const asked = /[<>]|^\s*(metrics?|params?|tags?|attributes?)\./.test(query) ? [...this.experiments].slice(0, MAX_TABLES).map(([name, path]) => make("li", {}, make("a", { href: `${root()}${path}#${new URLSearchParams({ filter: query })}` }, `Ask the table of ${name}`))) : [];
      return make("section", { class: "search-lesson", "aria-label": "What to try" },
        make("p", { class: "muted" }, words.length > 1 ? "No run, experiment or model has all of these words." : "No run, experiment or model has this."),
        fewer.length || asked.length ? make("ul", {}, ...asked, ...fewer) : null);
    }

    /** Down and up lead through the hits, Enter opens the first. @param {KeyboardEvent} event */
    onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const links = /** @type {HTMLElement[]} */ ([...this.place.querySelectorAll(".search-results a, .search-lesson a")]);
      const at = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      const inInput = document.activeElement === this.input;
      if (event.key === "Enter" && inInput) {
        event.preventDefault();
        if (this.words.length) /** @type {HTMLElement | null} */ (this.place.querySelector(".search-results a"))?.click();
      } else if (event.key === "ArrowDown" && (inInput || at >= 0)) {
        event.preventDefault();
        links[Math.min(at + 1, links.length - 1)]?.focus();
      } else if (event.key === "ArrowUp" && at >= 0) {
        event.preventDefault();
        (links[at - 1] ?? this.input).focus();
      } else if (event.key === "Escape" && at >= 0) this.input.focus();
    }
  }

  /** @param {Document} document @param {string[]} words */
  function makeHit([kind, title, path, place, text], words) {
    const name = KINDS.get(kind) ?? "";
    return make("li", {}, make("a", { href: root() + path },
      make("span", { class: "hit-kind" }, name, name && place ? " · " : null, ...mark(place, words)),
      make("span", { class: "hit-title" }, ...mark(title, words)),
      make("span", { class: "hit-words" }, ...mark(makeExcerpt(kind === "run" ? skipId(text, words) : text, words), words))));
  }

  /** The words of a run without its id, where nobody asked for it. @param {string} text @param {string[]} words */
  function skipId(text, words) {
    const [id] = text.split(" ", 1);
    return words.some((word) => id.includes(word)) ? text : text.slice(id.length).trimStart();
  }

  /** @param {string} text @param {string[]} words @returns {(string | HTMLElement)[]} */
  function mark(text, words) {
    return splitMatches(text, words).map((/** @type {string} */ piece, /** @type {number} */ i) => (i % 2 ? make("mark", {}, piece) : piece));
  }

  document.addEventListener("DOMContentLoaded", async () => {
    const page = /** @type {HTMLElement} */ (document.getElementById("main"));
    const form = /** @type {HTMLFormElement} */ (page.querySelector("[data-search]"));
    form.addEventListener("submit", (event) => event.preventDefault());
    const input = /** @type {HTMLInputElement} */ (form.querySelector("input"));
    input.value = readState().get("q") ?? "";
    input.focus();
    const documents = (await Promise.all(pageData().map(load))).flat();
    const search = new Search(page, new Index(documents));
    window.runsite.search = search;
    search.update();
  });
})();
