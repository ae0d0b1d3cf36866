// What a reader chose stands in the address after `#`, so that a view can be sent to somebody.
(function () {
  "use strict";

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
    history.replaceState(null, "", text ? `#${text}` : location.href.split("#")[0]);
  }

  /**
   * Call back when a link or the reader puts another view into the address. A fragment without a
   * value (the skip link's) is a place on the page, not a view.
   * @param {() => void} callback
   */
  function onStateChange(callback) {
    addEventListener("hashchange", () => {
      if (!location.hash || location.hash.includes("=")) callback();
    });
  }

  Object.assign(window.runsite, { readState, writeState, onStateChange });
})();
