// What files of runs look like, loaded when somebody looks: text and tables from their excerpts,
// pictures, sounds and films from the files. Nothing of a file is ever parsed as HTML.
(function () {
  "use strict";

  const { make, load, root } = window.runsite;
  const SOUNDS = new Set([".mp3", ".ogg", ".wav"]);
  const FILMS = new Set([".mp4", ".webm"]);

  /**
   * How a file is shown: the ending of one that stands on the site, or the kind of its excerpt.
   * @typedef {{path: string, digest: string, size: number, shown: string}} FileFacts
   * @typedef {{text?: string, columns?: string[], rows?: string[][], image?: string, note?: string}} Excerpt
   */

  /** The rule is that of `make_file_path`. @param {string} digest @param {string} ending with its dot */
  function fileAddress(digest, ending) {
    return `files/${digest.slice(0, 2)}/${digest.slice(0, 32)}${ending}`;
  }

  /** The rule is that of `make_excerpt_path`. @param {FileFacts} file @returns {Promise<Excerpt>} */
  function loadExcerpt({ digest, shown }) {
    return /** @type {Promise<Excerpt>} */ (load(`data/files/${digest.slice(0, 2)}/${digest.slice(0, 32)}-${shown}.js`));
  }

  /** @param {FileFacts} file */
  function isPicture({ shown }) {
    return shown === "drawing" || (shown.startsWith(".") && !SOUNDS.has(shown) && !FILMS.has(shown));
  }

  /** @param {FileFacts} file @param {string} alt @returns {HTMLElement} */
  function makePictureOf(file, alt) {
    const image = /** @type {HTMLImageElement} */ (make("img", { alt, loading: "lazy" }));
    if (file.shown !== "drawing") image.src = root() + fileAddress(file.digest, file.shown);
    else void loadExcerpt(file).then(({ image: address }) => (image.src = address ?? ""));
    return image;
  }

  /** A picture, a sound or a film; null for what has an excerpt. @param {FileFacts} file @param {string} alt @returns {HTMLElement | null} */
  function makeMedia(file, alt) {
    if (isPicture(file)) return makePictureOf(file, alt);
    if (!file.shown.startsWith(".")) return null;
    return make(SOUNDS.has(file.shown) ? "audio" : "video", { controls: true, preload: "none", src: root() + fileAddress(file.digest, file.shown), "aria-label": alt });
  }

  /**
   * The text of an excerpt by lines. JSON on one line is spread out, for nobody compares that.
   * @param {Excerpt} excerpt @param {string} shown @returns {string[]}
   */
  function linesOf({ text = "" }, shown) {
    const lines = text.split("\n");
    if (shown !== "json" || lines.length > 2) return lines;
    try {
      return JSON.stringify(JSON.parse(text), null, 2).split("\n");
    } catch {
      return lines; // the beginning of a long one
    }
  }

  /** @param {Excerpt} excerpt @param {(row: number, name: string, value: string) => boolean} [differs] which cells to mark */
  function makeTable({ columns = [], rows = [] }, differs = () => false) {
    const head = make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)));
    const body = rows.map((row, i) => make("tr", {}, ...row.map((value, j) => {
      const other = differs(i, columns[j], value);
      return make("td", { class: other ? "differing" : false }, value, other ? make("span", { class: "hidden-text" }, " (differs)") : null);
    })));
    return make("table", { class: "list" }, make("thead", {}, head), make("tbody", {}, ...body));
  }

  /** @param {Excerpt} excerpt @param {FileFacts} file @returns {HTMLElement} */
  function makeExcerpt(excerpt, file) {
    const note = excerpt.note ? make("p", { class: "muted" }, excerpt.note) : null;
    if (excerpt.columns) return make("div", {}, make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": file.path }, makeTable(excerpt)), note);
    return make("div", {}, make("pre", { class: "code", tabindex: 0 }, make("code", {}, linesOf(excerpt, file.shown).join("\n"))), note);
  }

  Object.assign(window.runsite, { fileAddress, loadExcerpt, isPicture, makeMedia, linesOf, makeExcerptTable: makeTable, makeExcerpt });
})();
