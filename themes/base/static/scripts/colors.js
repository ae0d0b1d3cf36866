// Colours of the theme as canvases need them, and the scales that charts share.
(function () {
  "use strict";

  // After Okabe and Ito (2008): told apart by any colour vision. Each page colour has its own, since
  // their blue is dim on black and their yellow invisible on white.
  const ON_LIGHT = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D1F", "#6B6B6B"];
  const ON_DARK = ["#56B4E9", "#E69F00", "#1FBF92", "#E59CC4", "#F0E442", "#4C8FE0", "#E4763A", "#B5B9C0"];
  // Viridis, sampled: even steps of lightness for any colour vision.
  const RAMP = ["#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];

  /** @type {HTMLElement | null} */
  let probe = null;

  /** A CSS variable as a colour that a canvas understands. @param {string} name */
  function themeColor(name) {
    if (!probe) {
      probe = document.createElement("span");
      probe.hidden = true;
      document.body.append(probe);
    }
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  }

  function isDark() {
    const [red, green, blue] = (themeColor("--page").match(/[\d.]+/g) || ["255", "255", "255"]).map(Number);
    return red + green + blue < 384;
  }

  /**
   * Colour of a place between 0 and 1, which stands out from the page most at 1: dark on a light
   * page, bright on a dark one. The end that would vanish on the page is left out.
   * @param {number} place @param {boolean} dark
   */
  function rampColor(place, dark) {
    const [from, to] = dark ? [0.18, 1] : [0.9, 0];
    const at = (from + Math.min(1, Math.max(0, place)) * (to - from)) * (RAMP.length - 1);
    const left = Math.min(RAMP.length - 2, Math.floor(at));
    return mix(RAMP[left], RAMP[left + 1], at - left);
  }

  /** The ramp as stops for a scale of Vega. */
  function rampColors() {
    const dark = isDark();
    return Array.from({ length: 9 }, (_, i) => rampColor(i / 8, dark));
  }

  /** Colours of series on the page as it is now. */
  function seriesColors() {
    return isDark() ? ON_DARK : ON_LIGHT;
  }

  /** @param {string} a @param {string} b @param {number} share */
  function mix(a, b, share) {
    const part = (/** @type {number} */ i) => {
      const [x, y] = [a, b].map((hex) => parseInt(hex.slice(i, i + 2), 16));
      return Math.round(x + (y - x) * share);
    };
    return `rgb(${part(1)}, ${part(3)}, ${part(5)})`; // Vega reads no other form
  }

  Object.assign(window.runsite, { seriesColors, themeColor, isDark, rampColor, rampColors });
})();
