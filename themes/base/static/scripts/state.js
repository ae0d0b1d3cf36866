// What a reader chose stands in the address after `#`, so that a view can be sent to somebody.
(function () {
  "use strict";

  /** @returns {Map<string, string>} */
  function readState() {
    return new Map(new URLSearchParams(location.hash.slice(1)));
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

  Object.assign(window.runsite, { readState, writeState });
})();
