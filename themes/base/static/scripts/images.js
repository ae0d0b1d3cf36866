// Images by step: a slider walks through a series; the last image stands in the page itself.
(function () {
  "use strict";

  const { root } = window.runsite;

  /** @param {HTMLElement} figure */
  function enliven(figure) {
    const image = /** @type {HTMLImageElement} */ (figure.querySelector("img"));
    const slider = /** @type {HTMLInputElement} */ (figure.querySelector("input"));
    const label = /** @type {HTMLElement} */ (figure.querySelector("[data-series-step]"));
    /** @type {{key: string, steps: number[], addresses: string[]}} */
    const { key, steps, addresses } = JSON.parse(figure.querySelector("script")?.textContent || "");

    /** @param {number} place */
    function show(place) {
      image.src = root() + addresses[place];
      image.alt = `${key} at step ${steps[place]}`;
      label.textContent = `step ${steps[place]}`;
      slider.setAttribute("aria-valuetext", `step ${steps[place]}`);
      const ahead = addresses[place + 1];
      if (ahead) new Image().src = root() + ahead; // the next one is at hand when it is wanted
    }

    slider.hidden = false;
    slider.setAttribute("aria-valuetext", `step ${steps[steps.length - 1]}`);
    slider.addEventListener("input", () => show(Number(slider.value)));
  }

  Object.assign(window.runsite, { enlivenSeries: enliven });

  document.addEventListener("DOMContentLoaded", () => {
    for (const figure of document.querySelectorAll("[data-series]")) enliven(/** @type {HTMLElement} */ (figure));
  });
})();
