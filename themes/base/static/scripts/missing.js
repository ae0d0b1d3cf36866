// The page for missing addresses: a server shows it at any depth, so it looks for the site itself.
(function () {
  "use strict";

  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const ready = new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));

  /** Folders above this address, the nearest first: the site begins at one of them. */
  function listFolders() {
    const names = location.pathname.split("/").slice(0, -1);
    return names.map((_, place) => `${names.slice(0, names.length - place).join("/")}/`);
  }

  /** Whether the site's icon lies there. @param {string} address @returns {Promise<boolean>} */
  function isThere(address) {
    return new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve(true);
      image.onerror = () => resolve(false);
      image.src = address;
    });
  }

  /** Let all that is relative begin at the site's root. @param {string} root */
  function setRoot(root) {
    document.body.dataset.root = root;
    for (const link of document.querySelectorAll("[href]")) {
      const address = link.getAttribute("href") ?? "";
      if (!/^([a-z][a-z0-9+.-]*:|\/|#)/i.test(address)) link.setAttribute("href", root + address);
    }
  }

  /** Offer to search for the last word of the address. */
  function offerSearch() {
    const words = location.pathname.split("/").filter(Boolean).at(-1)?.replace(/\.html?$/, "") ?? "";
    const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("[data-missing]"));
    if (!link || !words || words === "404") return;
    let text = words;
    try {
      text = decodeURIComponent(words);
    } catch {
      // an address that is no text is searched for as it stands
    }
    link.href += `#${new URLSearchParams({ q: text })}`;
    link.textContent = `search for “${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`;
  }

  async function arrive() {
    const icon = script.dataset.icon ?? "";
    const isItself = location.pathname.endsWith("/404.html");
    await ready;
    if (!document.body.dataset.root && !isItself) {
      for (const folder of listFolders()) {
        if (!(await isThere(folder + icon))) continue;
        setRoot(folder);
        break;
      }
    }
    offerSearch();
  }

  void arrive();
})();
