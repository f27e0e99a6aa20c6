// A refusal (too fast, signed out, expired) is said above the question box, in the server's words.
// Gradio's front end would show "Error" over the conversation and nothing else.
(() => {
  "use strict";
  const ask = window.fetch;
  const box = () => document.querySelector(".hoitin-box");
  const said = document.createElement("p");
  said.className = "hoitin-problem hoitin-refused";
  said.setAttribute("role", "alert");

  const say = (words) => {
    said.textContent = words;
    said.hidden = !words;
    document.documentElement.classList.toggle("hoitin-was-refused", Boolean(words));
    if (words && !said.isConnected) box()?.before(said);
  };

  window.fetch = async (...what) => {
    const answer = await ask(...what);
    const url = new URL(answer.url || location.href, location.href);
    if (!url.pathname.includes("/gradio_api/")) return answer;
    if ([401, 403, 429, 503].includes(answer.status)) {
      const { error } = await answer.clone().json().catch(() => ({}));
      const [vietnamese, english] = String(error ?? "").split(" | ");
      say(document.documentElement.lang === "en" && english ? english : vietnamese);
    } else if (answer.ok && url.pathname.includes("/run/")) {
      say("");
    }
    return answer;
  };
})();
