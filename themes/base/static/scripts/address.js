// The page of the data: its examples name this site where it lies, on a server or on disk.
(function () {
  "use strict";

  const EXAMPLE = "https://example.org/site/";

  /** Where the site lies, as tools take it; empty where its path would break the code. */
  function findAddress() {
    const folder = new URL(window.runsite.root() || "./", location.href.split(/[?#]/)[0]);
    if (folder.protocol !== "file:") return folder.href;
    let path = folder.pathname.replace(/^\/(?=[A-Za-z]:)/, "");
    try {
      path = decodeURIComponent(path);
    } catch {
      return "";
    }
    return /['"\\\s$`&;|<>]/.test(path) ? "" : path;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const address = findAddress();
    if (!address) return;
    for (const code of document.querySelectorAll("main pre code")) {
      const text = code.textContent ?? "";
      const place = text.startsWith("curl ") && address.startsWith("/") ? `file://${address}` : address;
      if (text.includes(EXAMPLE)) code.textContent = text.replaceAll(EXAMPLE, place);
    }
    for (const note of document.querySelectorAll("[data-address-note]")) note.remove();
  });
})();
