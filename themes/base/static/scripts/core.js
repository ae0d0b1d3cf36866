// The one name that the site puts on a page, data shards that hand themselves over, and elements.
(function () {
  "use strict";

  /** @type {Map<string, unknown>} */
  const shards = new Map();
  /** @type {Map<string, Promise<unknown>>} */
  const loading = new Map();

  /** Called by each data shard with its own name. @param {string} name @param {unknown} value */
  function put(name, value) {
    shards.set(name, value);
  }

  /**
   * Load a script of the site once. Works from disk too, where fetch does not.
   * @param {string} address path from the site's root, with its mark after `?`
   * @returns {Promise<unknown>} what the script has put under the path
   */
  function load(address) {
    const known = loading.get(address);
    if (known) return known;
    const promise = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = root() + address;
      script.onload = () => resolve(shards.get(address.split("?")[0]));
      script.onerror = () => {
        loading.delete(address); // the next one who asks may be luckier
        reject(new Error(`cannot load ${address}`));
      };
      document.head.append(script);
    });
    loading.set(address, promise);
    return promise;
  }

  /**
   * Load scripts that are not for every reader, each after the one before it.
   * @param {string | undefined} addresses of the scripts, with spaces between; none where all are there
   */
  async function loadScripts(addresses) {
    for (const address of (addresses ?? "").split(" ").filter(Boolean)) await load(address);
  }

  /** Way from this page to the site's root. */
  function root() {
    return document.body.dataset.root || "";
  }

  /** Facts that the page brings along. @returns {any} */
  function pageData() {
    const block = document.getElementById("page-data");
    return block ? JSON.parse(block.textContent || "null") : null;
  }

  /**
   * Make an element. Text is text: nothing that was logged is ever parsed as HTML.
   * @param {string} tag
   * @param {Record<string, any>} [settings] attributes; `on…` listeners; false leaves one out
   * @param {...(Node | string | number | null | undefined)} children
   * @returns {HTMLElement}
   */
  function make(tag, settings = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(settings)) {
      if (value === false || value === null || value === undefined) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name === "class") element.className = value;
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children) {
      if (child !== null && child !== undefined) element.append(child instanceof Node ? child : String(child));
    }
    return element;
  }

  /**
   * Path of a run's page; the rule is that of `make_run_path`, whose slugs leave usual ids alone.
   * On a site of very many runs it is the page of any run, which goes on to the run's own one.
   * @param {string} runId
   */
  function runPath(runId) {
    const page = document.body.dataset.runPage;
    return page ? `${page}#run=${encodeURIComponent(runId)}` : `runs/${runId}.html`;
  }

  /** Run a task once the current burst of events is over. @param {() => void} task */
  function coalesce(task) {
    let waiting = false;
    return () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        task();
      });
    };
  }

  window.runsite = /** @type {any} */ ({ put, load, loadScripts, root, pageData, make, runPath, coalesce });
})();
