// Only on pages that `runsite serve` sends: load the page anew when what it shows has changed.
(function () {
  "use strict";

  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const session = script.dataset.session || "";
  const QUIET_MS = 1200; // nobody wants a page to reload under the pointer
  const REST_MS = 900;
  const born = performance.now();
  let number = Number(script.dataset.number);
  let touched = -Infinity;
  /** @type {EventSource | null} */
  let source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  /** Paths that this page is made of: itself and every file that it has loaded. */
  function findOwnPaths() {
    const addresses = [location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)];
    return new Set(addresses.map((address) => {
      const path = decodeURIComponent(new URL(address).pathname).slice(1);
      return path === "" || path.endsWith("/") ? `${path}index.html` : path;
    }));
  }

  /** @param {{session: string, number: number, changed: string[] | null, error: string}} update */
  function take(update) {
    number = update.number;
    showProblem(update.error);
    if (update.error) return;
    const own = findOwnPaths();
    if (update.session !== session || !update.changed || update.changed.some((path) => own.has(path))) reloadSoon();
  }

  function reloadSoon() {
    clearTimeout(waiting);
    const now = performance.now();
    const wait = Math.max(REST_MS - (now - born), QUIET_MS - (now - touched), 0);
    if (wait > 0 || isTyping()) waiting = setTimeout(reloadSoon, Math.max(wait, 200));
    else location.reload();
  }

  function isTyping() {
    const active = document.activeElement;
    return active instanceof HTMLInputElement && /^(search|text|number)$/.test(active.type) && performance.now() - touched < 4000;
  }

  /** @param {string} text */
  function showProblem(text) {
    document.querySelector("[data-live-problem]")?.remove();
    if (!text) return;
    const box = document.createElement("pre");
    box.dataset.liveProblem = "";
    box.setAttribute("role", "alert");
    box.textContent = `The site could not be built again; this is the last good one.\n\n${text}`;
    Object.assign(box.style, { position: "fixed", insetInline: "0", bottom: "0", zIndex: "99", margin: "0", padding: "1rem 1.5rem", maxHeight: "45vh", overflow: "auto", whiteSpace: "pre-wrap", background: "#7a1f17", color: "#fff", fontSize: "0.8125rem" });
    document.body.append(box);
  }

  // A browser keeps few connections to one host: a page that nobody sees holds none.
  function connect() {
    if (document.hidden || source) return;
    source = new EventSource(`/-/events?session=${encodeURIComponent(session)}&since=${number}`);
    source.onmessage = ({ data }) => take(JSON.parse(data));
    source.onerror = () => {
      disconnect();
      setTimeout(connect, 1000);
    };
  }

  function disconnect() {
    source?.close();
    source = null;
  }

  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    addEventListener(kind, () => { touched = performance.now(); }, { passive: true, capture: true });
  }
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  connect();
})();
