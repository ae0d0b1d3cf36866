// Only on pages that `runsite serve` sends: load the page anew when what it shows has changed.
(function () {
  "use strict";

  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const session = script.dataset.session || "";
  const QUIET_MS = 1200; // nobody wants a page to reload under the pointer
  const REST_MS = 900;
  const RESTORED_MS = 3000; // by then the scripts of a page have made what they make
  const CHOOSING_MS = 60_000; // whoever left a menu open has gone
  const KEPT = "runsite-live";
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
    if (wait > 0 || isTyping() || isChoosing()) waiting = setTimeout(reloadSoon, Math.max(wait, 200));
    else reload();
  }

  function reload() {
    try {
      const kept = { path: location.pathname, opened: listDetails().map(([name, each]) => [name, each.open]), places: listFrames().map(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop]) };
      sessionStorage.setItem(KEPT, JSON.stringify(kept));
    } catch {
      // No storage here: the page comes back as at first.
    }
    location.reload();
  }

  /** Folded parts of the page, each with a name that is the same after a reload. @returns {[string, HTMLDetailsElement][]} */
  function listDetails() {
    /** @type {Map<string, number>} */
    const seen = new Map();
    return /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll("main details:not(.menu)")]).map((each) => {
      // Counts in a summary grow while a run goes on.
      const words = (each.querySelector("summary")?.textContent ?? "").replace(/\d+/g, "");
      const count = (seen.get(words) ?? 0) + 1;
      seen.set(words, count);
      return [`${words}/${count}`, each];
    });
  }

  function listFrames() {
    return [...document.querySelectorAll("main :is(.runs-scroll, .scroll)")];
  }

  /** @param {Element} frame @param {number[] | undefined} place */
  function scrollBack(frame, place) {
    if (!place || (frame.scrollLeft === place[0] && frame.scrollTop === place[1])) return;
    frame.scrollTo(place[0], place[1]);
  }

  /** What was unfolded or scrolled before the reload is so again, as soon as scripts have made it. */
  function restore() {
    const text = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    const kept = text ? JSON.parse(text) : null;
    if (kept?.path !== location.pathname) return;
    /** @type {Map<string, boolean>} */
    const opened = new Map(kept.opened);
    const apply = () => {
      for (const [name, each] of listDetails()) {
        if (opened.has(name)) each.open = /** @type {boolean} */ (opened.get(name));
        opened.delete(name);
      }
      // Again and again: the runs table goes to its top when its script begins.
      if (touched === -Infinity) listFrames().forEach((frame, i) => scrollBack(frame, kept.places[i]));
    };
    const observer = new MutationObserver(apply);
    observer.observe(document.documentElement, { childList: true, subtree: true });
    setTimeout(() => observer.disconnect(), RESTORED_MS);
    addEventListener("DOMContentLoaded", apply);
  }

  function isTyping() {
    const active = document.activeElement;
    return active instanceof HTMLInputElement && /^(search|text|number)$/.test(active.type) && performance.now() - touched < 4000;
  }

  /** Whether a menu is open or words are marked: a reload would take both away. */
  function isChoosing() {
    if (performance.now() - touched > CHOOSING_MS) return false;
    return Boolean(document.querySelector("main [role=dialog], main details.menu[open]") || getSelection()?.toString());
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
  try {
    restore();
  } catch {
    // Nothing was kept, or not by us.
  }
  connect();
})();
