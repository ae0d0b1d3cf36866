// The files of any run: pictures by step and alone, excerpts when they are opened, models, the list.
(function () {
  "use strict";

  const { make, root, makeMedia, loadExcerpt, makeExcerpt, enlivenSeries, elements } = window.runsite;
  const { section, list } = elements;
  /** @type {(columns: any) => any[]} */
  const rows = elements.rows;
  const MOST = 40;
  // As on a run's own page: what every run has, and the inside of models.
  const USUAL = new Set(["requirements.txt", "conda.yaml", "python_env.yaml"]);

  /** @typedef {Record<string, any>} Item */

  /** @param {Item} artifact */
  function artifactRow(artifact) {
    const path = make("code", {}, artifact.path);
    const name = artifact.address ? make("a", { href: root() + artifact.address, download: artifact.name }, path) : path;
    return make("tr", {},
      make("th", { scope: "row" }, name, artifact.reason ? make("span", { class: "muted" }, ` ${artifact.reason}`) : null),
      make("td", { class: "num" }, artifact.size),
      make("td", { title: artifact.sha256 }, make("code", { class: "muted" }, artifact.sha256.slice(0, 16))));
  }

  /** @param {Item} series */
  function makeSeries({ key, images }) {
    const shots = rows(images);
    const last = shots[shots.length - 1];
    const figure = make("figure", { class: "shot" },
      make("img", { src: root() + last.address, alt: `${key} at step ${last.step}`, loading: "lazy" }),
      make("figcaption", {}, key, ", ", make("span", { "data-series-step": "" }, `step ${last.step}`), " ", make("span", { class: "muted" }, `of ${shots.length} images`)),
      make("input", { type: "range", min: 0, max: shots.length - 1, value: shots.length - 1, "aria-label": `Step of ${key}` }),
      make("script", { type: "application/json" }, JSON.stringify({ key, steps: shots.map(({ step }) => step), addresses: shots.map(({ address }) => address) })));
    enlivenSeries(figure);
    return figure;
  }

  /** A file that is shown when it is opened. @param {Item} file */
  function makePreview(file) {
    const place = make("div", {});
    const details = make("details", { class: "file" }, make("summary", {}, make("code", {}, file.path)), place);
    details.addEventListener("toggle", () => {
      if (place.hasChildNodes()) return;
      loadExcerpt(file).then((/** @type {any} */ excerpt) => place.replaceChildren(makeExcerpt(excerpt, file)), (/** @type {Error} */ error) => place.replaceChildren(make("p", { class: "muted" }, error.message)));
    });
    return details;
  }

  /** @param {Item} run @returns {HTMLElement[]} */
  function makePreviews(run) {
    const models = rows(run.models).map(({ path }) => `${path}/`);
    const files = rows(run.artifacts).filter(({ path, shown }) => shown && !USUAL.has(path) && !models.some((start) => path.startsWith(start))).slice(0, MOST).map(({ path, sha256, shown }) => ({ path, digest: sha256, size: 0, shown }));
    const shots = files.map((file) => ({ file, media: makeMedia(file, file.path) }));
    const figures = shots.filter(({ media }) => media).map(({ file, media }) => make("figure", { class: "shot" }, media, make("figcaption", {}, file.path)));
    const gallery = [...rows(run.series).map(makeSeries), ...figures];
    return [...(gallery.length ? [make("div", { class: "gallery" }, ...gallery)] : []), ...shots.filter(({ media }) => !media).map(({ file }) => makePreview(file))];
  }

  /** @param {Item} run */
  function makeFiles(run) {
    const models = section("logged-models", "Logged models", run.models, () => [list("logged-models",
      [["Path", ""], ["Flavors", ""], ["Load with", ""], ["Digest", ""]],
      rows(run.models).map((model) => make("tr", {}, make("th", { scope: "row" }, make("code", {}, model.path || ".")), make("td", {}, model.flavors || ""), make("td", {}, make("code", {}, model.uri)), make("td", { title: model.digest }, make("code", {}, (model.digest || "").slice(0, 19))))))]);
    const artifacts = section("artifacts", "Artifacts", run.artifacts, () => [...makePreviews(run),
      list("artifacts", [["Path", ""], ["Size", "num"], ["SHA-256", ""]], rows(run.artifacts).map(artifactRow))],
    `${run.artifacts[""]} file${run.artifacts[""] === 1 ? "" : "s"}, ${run.artifacts_size}`);
    return [models, artifacts];
  }

  elements.makeFiles = makeFiles;
})();
