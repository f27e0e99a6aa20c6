// What our pages do in the frame of another page: say that they are there, and answer its keys.
(() => {
  "use strict";
  if (window.parent === window) return;
  // Nothing secret is said, and the page around us may be of any origin: whoever may not frame us never hears it.
  const tell = (what) => window.parent.postMessage(`hoitin:${what}`, "*");
  document.documentElement.id = "hoitin-framed"; // an id: Gradio puts classes of its own before every rule of chat.css
  const compact = document.createElement("link");
  compact.rel = "stylesheet";
  compact.href = new URL("compact.css", document.currentScript.src);
  document.head.append(compact);
  tell("here");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) tell("close");
  });

  // The box focuses itself as soon as it is built; here that would take the focus away from the page around us. Only
  // when the reader steps into the frame is it given.
  const box = () => document.querySelector(".hoitin-box textarea");
  const { focus } = HTMLElement.prototype;
  HTMLElement.prototype.focus = () => {};
  window.addEventListener("focus", () => {
    HTMLElement.prototype.focus = focus;
    if (document.activeElement === document.body) box()?.focus();
  });

  // The chat is built after the page has loaded; any other page is ready once it is read.
  const ready = () => {
    if (!box() && document.querySelector("gradio-app")) return false;
    const question = new URLSearchParams(location.hash.slice(1)).get("question");
    if (box() && question) {
      box().value = question;
      box().dispatchEvent(new Event("input", { bubbles: true }));
    }
    tell("ready");
    return true;
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (ready()) return;
    const wait = new MutationObserver(() => ready() && wait.disconnect());
    wait.observe(document.body, { childList: true, subtree: true });
  });
})();
