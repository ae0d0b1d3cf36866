// What a reader chose stands in the address after `#`, so that a view can be sent to somebody and
// the browser's back and forward lead through views.
(function () {
  "use strict";

  /** One entry of the history for a burst of keystrokes or clicks of one kind. */
  const BURST_MS = 1500;

  let last = { name: "", at: -Infinity };

  /** @returns {Map<string, string>} */
  function readState() {
    return new Map([...new URLSearchParams(location.hash.slice(1))].filter(([, value]) => value));
  }

  /**
   * Keep choices in the address; an empty one is left out.
   * @param {Record<string, string>} changes
   */
  function writeState(changes) {
    const state = readState();
    for (const [name, value] of Object.entries(changes)) {
      if (value) state.set(name, value);
      else state.delete(name);
    }
    const text = new URLSearchParams([...state]).toString();
    if (text === location.hash.slice(1)) return;
    const address = text ? `#${text}` : location.href.split("#")[0];
    const name = Object.keys(changes).join();
    const now = performance.now();
    const burst = Object.keys(changes).length === 1 && name === last.name && now - last.at < BURST_MS;
    last = { name, at: now };
    if (burst) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  }

  /**
   * Write a list so that each item comes back whole, whatever people called their params.
   * @param {Iterable<string>} items
   */
  function formatList(items) {
    return [...items].map((item) => item.replace(/[%,]/g, encodeURIComponent)).join(",");
  }

  /** @param {string | undefined} text @returns {string[]} */
  function parseList(text) {
    return (text ?? "").split(",").filter(Boolean).map((item) => {
      try {
        return decodeURIComponent(item);
      } catch {
        return item; // an address that somebody cut or typed
      }
    });
  }

  /**
   * Call back when a link, the reader or the back button puts another view into the address. A
   * fragment without a value (the skip link's) is a place on the page, not a view.
   * @param {() => void} callback
   */
  function onStateChange(callback) {
    addEventListener("hashchange", () => {
      last = { name: "", at: -Infinity };
      if (!location.hash || location.hash.includes("=")) callback();
    });
  }

  Object.assign(window.runsite, { readState, writeState, formatList, parseList, onStateChange });
})();
