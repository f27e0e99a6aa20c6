// The page where people sign in: what the last one asked in this tab is not for the next. Where it is the way to a
// question, that stands behind "#" and comes along.
(() => {
  "use strict";
  try {
    sessionStorage.removeItem("hoitin");
  } catch {
    // a browser that keeps nothing
  }
  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.forms) form.action += location.hash;
    for (const link of document.querySelectorAll(".language a")) link.hash = location.hash;
  });
})();
