// What the site's classic scripts share: one name each, put on the page by core.js and by the
// charts library.
interface Window {
  runsite: any;
  vegaEmbed: any;
}
