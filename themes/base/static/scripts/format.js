// Numbers and times for people, by the rules of pages/formatting.py (a browser test compares them).
(function () {
  "use strict";

  /** Four significant digits; whole numbers whole. @param {number} value */
  function formatNumber(value) {
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
    if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value === 0 ? 0 : value);
    const [mantissa, exponent] = value.toExponential(3).split("e");
    const power = Number(exponent);
    const size = Math.abs(value);
    if (size < 1e-4 || size >= 1e6) return `${mantissa}e${power}`;
    return value.toFixed(Math.max(0, 3 - power));
  }

  /** A param's number as people write one: without zeros at the end of its fraction. @param {number} value */
  function formatSetting(value) {
    return formatNumber(value).replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");
  }

  /** Every digit. @param {number} value */
  function formatExact(value) {
    return String(value);
  }

  /** @param {number} seconds */
  function formatDuration(seconds) {
    if (!Number.isFinite(seconds) || seconds < 0) return "–";
    if (seconds < 0.9995) return `${Math.floor(seconds * 1000 + 0.5)} ms`;
    if (seconds < 59.95) return `${(Math.floor(seconds * 10 + 0.5) / 10).toFixed(1)} s`;
    const whole = Math.floor(seconds + 0.5);
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
    const minutes = Math.floor(seconds / 60 + 0.5);
    if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    const hours = Math.floor(seconds / 3600 + 0.5);
    return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  }

  /** UTC to the minute. @param {number} ms */
  function formatTime(ms) {
    return formatIso(ms).slice(0, 16).replace("T", " ");
  }

  /** @param {number} ms */
  function formatIso(ms) {
    const date = new Date(ms);
    return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, 19)}Z`;
  }

  /** @param {number} count */
  function formatCount(count) {
    return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  }

  /** A size in decimal units. @param {number} size in bytes */
  function formatBytes(size) {
    if (size < 1000) return `${size} B`;
    let amount = size / 1000;
    const units = ["kB", "MB", "GB", "TB"];
    while (amount >= 999.95 && units.length > 1) {
      amount /= 1000;
      units.shift();
    }
    return `${amount.toFixed(1)} ${units[0]}`;
  }

  Object.assign(window.runsite, { formatNumber, formatSetting, formatExact, formatDuration, formatTime, formatIso, formatCount, formatBytes });
})();
