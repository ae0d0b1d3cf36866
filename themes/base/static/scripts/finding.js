// Finding documents by words: each must occur in a document's title, place or words. Plain text
// beats an index at this size: ten thousand documents answer in a few milliseconds.
(function () {
  "use strict";

  /** @typedef {[string, string, string, string, string]} Document kind, title, path, place, words */

  /** Both ways to write an accented letter, and all cases, are one. @param {string} text */
  function fold(text) {
    return text.normalize("NFKC").toLowerCase();
  }

  /** Words, and what stands in double quotes as one. @param {string} query @returns {string[]} */
  function parseWords(query) {
    const found = [...query.matchAll(/"([^"]+)"|[^\s"]+/g)].map((match) => (match[1] ?? match[0]).trim());
    return [...new Set(found.filter(Boolean))];
  }

  class Index {
    /** @param {Document[]} documents */
    constructor(documents) {
      this.documents = documents;
      this.titles = documents.map(([, title]) => fold(title));
      this.texts = documents.map(([, , , place, words], i) => `${this.titles[i]}\n${fold(`${place}\n${words}`)}`);
    }

    /**
     * Places of the documents that have every word: those called so first, then those whose title
     * begins so, then those with the words in the title, then the rest; each as the data has them,
     * newest first.
     * @param {string[]} words @returns {number[]}
     */
    find(words) {
      if (!words.length) return [];
      const parts = words.map(fold);
      /** @type {number[][]} */
      const ranks = [[], [], [], []];
      for (let i = 0; i < this.texts.length; i++) {
        if (parts.every((part) => this.texts[i].includes(part))) ranks[this.rank(i, parts)].push(i);
      }
      return ranks.flat();
    }

    /** @param {number} i @param {string[]} parts */
    rank(i, parts) {
      const title = this.titles[i];
      if (title === parts.join(" ")) return 0;
      if (title.startsWith(parts[0])) return 1;
      return parts.some((part) => title.includes(part)) ? 2 : 3;
    }
  }

  /** @param {string[]} words @returns {RegExp | null} */
  function makePattern(words) {
    const longest = [...words].sort((a, b) => b.length - a.length);
    return words.length ? new RegExp(`(${longest.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "iu") : null;
  }

  /** Split a text so that every second piece is a match. @param {string} text @param {string[]} words */
  function splitMatches(text, words) {
    const pattern = makePattern(words);
    return pattern ? text.split(pattern) : [text];
  }

  /** The part of a text that shows the first match. @param {string} text @param {string[]} words */
  function makeExcerpt(text, words) {
    const at = makePattern(words)?.exec(text)?.index ?? 0;
    const start = at < 60 ? 0 : text.lastIndexOf(" ", at - 30) + 1 || at;
    return (start ? "… " : "") + text.slice(start, start + 200);
  }

  Object.assign(window.runsite, { Index, parseWords, splitMatches, makeExcerpt });
})();
