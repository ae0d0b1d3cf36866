// Files that the browser saves: text, pictures, CSV that a spreadsheet cannot run.
(function () {
  "use strict";

  const { make } = window.runsite;

  /** @param {string} name @param {Blob} blob */
  function saveBlob(name, blob) {
    const link = /** @type {HTMLAnchorElement} */ (make("a", { download: name }));
    link.href = URL.createObjectURL(blob);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /** @param {string} name @param {string} text @param {string} type */
  function saveText(name, text, type) {
    saveBlob(name, new Blob([text], { type }));
  }

  /** Save a picture that stands in a data address. @param {string} name @param {string} address */
  function saveDataUrl(name, address) {
    const bytes = Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), (c) => c.charCodeAt(0));
    saveBlob(name, new Blob([bytes], { type: address.slice(5, address.indexOf(";")) }));
  }

  /** @param {unknown[][]} lines */
  function formatCsv(lines) {
    return lines.map((line) => line.map(formatCsvCell).join(",")).join("\r\n");
  }

  /** @param {unknown} value */
  function formatCsvCell(value) {
    const text = value === null || value === undefined ? "" : String(value);
    // A spreadsheet runs cells that begin like a formula; numbers are no danger.
    const safe = /^[=+\-@\t\r]/.test(text) && typeof value !== "number" ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  }

  /** A file's name from any text. @param {string} text */
  function makeFileName(text) {
    return text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "chart";
  }

  Object.assign(window.runsite, { saveBlob, saveText, saveDataUrl, formatCsv, makeFileName });
})();
