// What Gradio's front end does not do by itself.
(() => {
  "use strict";
  // It sets the page's language to that of its own locale; ours is the language of the mount.
  const lang = document.currentScript.dataset.lang;
  const hold = () => {
    if (document.documentElement.lang !== lang) document.documentElement.lang = lang;
  };
  new MutationObserver(hold).observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
  hold();

  // A new answer opens at its question: the best passage is the first card, not the last.
  let last = "";
  const follow = () => {
    const newest = [...document.querySelectorAll(".hoitin-answer")].at(-1)?.id ?? ""; // a number: the log keeps only some
    if (newest === last) return;
    last = newest;
    const questions = document.querySelectorAll(".hoitin-chat .message.user");
    const log = document.querySelector(".hoitin-chat .bubble-wrap");
    if (!log || !questions.length) return;
    if (getComputedStyle(log).overflowY === "visible") questions[questions.length - 1].scrollIntoView(); // the page scrolls, not the log
    const top = questions[questions.length - 1].getBoundingClientRect().top - log.getBoundingClientRect().top;
    log.scrollTo({ top: log.scrollTop + top - 10 });
  };
  const watch = () => new MutationObserver(() => requestAnimationFrame(follow)).observe(document.body, { childList: true, subtree: true });
  if (document.body) watch();
  else document.addEventListener("DOMContentLoaded", watch);
})();
