// A server that refuses (too fast, signed out, expired) or is away: said in our words above the question box.
// Gradio's front end would show "Error" over the conversation for the one; for the other it says "Connection Lost", in
// English, and takes no more questions. So it hears of a refusal only, and we look for the server.
(() => {
  "use strict";
  const ask = window.fetch.bind(window);
  const server = location.pathname.replace(/(\/en)?\/chat\/?$/, "");
  const own = (path) => new URL(path, location.href);
  const tell = (what, detail) => document.dispatchEvent(new CustomEvent(`hoitin:${what}`, { detail }));

  // --- two lines above the question box
  const line = (name) => {
    const made = document.createElement("p");
    made.className = `hoitin-problem ${name}`;
    made.hidden = true;
    return made;
  };
  const refused = line("hoitin-refused");
  refused.setAttribute("role", "alert");
  const away = line("hoitin-away");
  const show = (where, words) => {
    where.textContent = words;
    where.hidden = !words;
    document.documentElement.classList.toggle("hoitin-was-refused", !(refused.hidden && away.hidden));
    if (words && !where.isConnected) document.querySelector(".hoitin-box")?.before(where);
  };
  const showAway = (name) => {
    const { words, say } = document.hoitin ?? {}; // not there while the page is being built
    if (!words || away.textContent === words[name]) return;
    show(away, words[name]);
    say(words[name]);
  };
  const inOurLanguage = (error) => {
    const [vietnamese, english] = String(error).split(" | ");
    return document.documentElement.lang === "en" && english ? english : vietnamese;
  };

  // --- the server is away: look for it, less and less often
  let leaving = false; // the browser cuts all that is open when it leaves the page
  let looking = false;
  const isThere = async () => {
    try {
      const answer = await ask(`${server}/healthz`, { cache: "no-store", signal: AbortSignal.timeout(8000) });
      return "status" in (await answer.json()); // a proxy in front of nothing answers too
    } catch {
      return false;
    }
  };
  const pause = (seconds) =>
    new Promise((go) => {
      setTimeout(go, seconds * (750 + 500 * Math.random())); // not all pages at once
      addEventListener("online", go, { once: true });
    });
  const look = async () => {
    if (looking || leaving) return;
    looking = true;
    for (let seconds = 1; !leaving && !(await isThere()); seconds = Math.min(seconds * 1.5, 20)) {
      if (away.hidden) showAway("lost");
      await pause(seconds);
    }
    looking = false;
    if (!leaving) await back().catch(look);
  };

  let known; // which process of the server has our conversation
  const back = async () => {
    known ??= window.gradio_config?.app_id;
    const answer = await ask(own("gradio_api/app_id"));
    if (!answer.ok) {
      show(away, "");
      return show(refused, inOurLanguage((await answer.json()).error));
    }
    const { app_id } = await answer.json();
    if (app_id !== known) {
      const { dependencies } = await (await ask(own("config"))).json();
      if (JSON.stringify(dependencies) !== JSON.stringify(window.gradio_config.dependencies)) return location.reload(); // another version
      // A question that is under way is part of the conversation once its answer is drawn.
      while (underWay) await new Promise((go) => setTimeout(go, 300));
      known = app_id;
      tell("forgotten");
    }
    show(away, ""); // not before: what is sent from here on waits for the conversation
    setTimeout(() => beat && ask(beat).then(hear, look), lived < 10_000 ? 30_000 : 0);
  };

  // --- Gradio holds one response open as long as the page is; its end is the first sign of a server that stops
  let beat;
  let lived = 0; // milliseconds
  const hear = async (answer) => {
    const [began, reader] = [Date.now(), answer.body.getReader()];
    try {
      while (!(await reader.read()).done);
    } catch {
      // cut off: an end like another
    }
    lived = Date.now() - began;
    look();
  };
  addEventListener("pagehide", () => (leaving = true));
  addEventListener("pageshow", ({ persisted }) => {
    leaving = false;
    if (persisted) look();
  });

  const unsent = (request) => {
    showAway("unsent");
    tell("unsent", JSON.parse(request.body).data[0]);
    look();
    return Response.json({ error: "" }, { status: 503 });
  };

  let underWay = 0; // questions whose answers are not drawn yet
  window.fetch = async (...what) => {
    const url = own(what[0].url ?? what[0]);
    if (!url.pathname.includes("/gradio_api/")) return ask(...what);
    const asking = url.pathname.includes("/run/");
    let answer;
    try {
      underWay += asking;
      answer = await ask(...what);
    } catch (error) {
      if (leaving || !asking) throw error;
      return unsent(what[1]);
    } finally {
      if (asking) setTimeout(() => (underWay -= 1), 300); // until it is drawn
    }
    if (answer.ok) {
      if (asking) for (const one of [refused, away]) show(one, "");
      if (asking) tell("done");
      if (url.pathname.includes("/heartbeat/")) hear(answer.clone()), (beat = url);
      return answer;
    }
    if ([401, 403, 429, 502, 503, 504].includes(answer.status)) {
      const { error } = await answer.clone().json().catch(() => ({}));
      if (!error && asking && answer.status > 500) return unsent(what[1]); // a proxy in front of nothing
      show(refused, error ? inOurLanguage(error) : "");
    }
    if (asking) tell("unsent", JSON.parse(what[1].body).data[0]);
    return answer;
  };
})();
