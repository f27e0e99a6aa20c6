// Gradio sets the page's language to that of its own locale; ours is the language of the mount.
(() => {
  "use strict";
  const lang = document.currentScript.dataset.lang;
  const hold = () => {
    if (document.documentElement.lang !== lang) document.documentElement.lang = lang;
  };
  new MutationObserver(hold).observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
  hold();
})();
