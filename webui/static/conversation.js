// What surrounds the conversation: filters, buttons of an answer, links, keys, the file to keep, the voice of a screen reader.
// Gradio keeps the conversation; we leave what is wanted in its hidden boxes and press its hidden button. What was asked
// stands behind "#" in the address, which no browser sends, and stays in this tab, so that it can be asked again.
(() => {
  "use strict";
  const words = JSON.parse(document.currentScript.dataset.words);
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const server = location.pathname.replace(/(\/en)?\/chat\/?$/, "");
  const english = location.pathname.replace(/\/$/, "").endsWith("/en/chat");
  const framed = window.parent !== window;
  const clipboard = import("./clipboard.js");

  const box = () => one(".hoitin-box textarea");
  const put = (area, text) => {
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const want = (wish) => {
    put(one(".hoitin-wanted textarea"), JSON.stringify(wish));
    one(".hoitin-do").click();
  };

  // --- the voice: a live region of our own, in the language of the page; the log itself would read every card aloud
  const voice = document.createElement("div");
  voice.className = "hoitin-unseen";
  voice.setAttribute("role", "status");
  const toast = document.createElement("p");
  toast.className = "hoitin-toast";
  toast.hidden = true;
  let fading;
  const say = (text, seen = false) => {
    voice.textContent = text;
    if (!seen) return;
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(fading);
    fading = setTimeout(() => (toast.hidden = true), 4000);
  };

  // --- filters
  const filters = () => {
    const set = {};
    for (const control of all(".hoitin-filter")) if (control.value) set[control.name] = control.value;
    return set;
  };
  const handOver = () => {
    const set = filters();
    const area = one(".hoitin-filtered textarea");
    if (area) put(area, JSON.stringify(set));
    one(".hoitin-filters")?.classList.toggle("hoitin-set", Object.keys(set).length > 0);
    const [from, to] = ["from", "to"].map((name) => one(`.hoitin-filter[name=${name}]`));
    if (from) from.max = to.value;
    if (to) to.min = from.value;
  };
  const setFilters = (params) => {
    for (const control of all(".hoitin-filter")) control.value = params.get(control.name) ?? "";
    handOver();
  };

  // --- one answer and what was asked: its link says it
  const answers = () => all(".hoitin-answer");
  const asked = (answer) => {
    const link = answer && one(".hoitin-share", answer);
    return link && new URLSearchParams(link.hash.slice(1));
  };
  const typed = (answer) => answer.closest(".message-row")?.previousElementSibling?.textContent.trim();
  const turns = () => answers().flatMap((answer) => (asked(answer) ? [wish(asked(answer), typed(answer) || undefined)] : []));
  const wish = (params, question) => {
    const { q, from, to, publisher, section, ...switches } = Object.fromEntries(params);
    const on = Object.keys(switches).filter((name) => ["any_time", "as_typed", "alone"].includes(name));
    return { question: question ?? q, from, to, publisher, section, ...Object.fromEntries(on.map((name) => [name, true])) };
  };
  const body = ({ from, to, publisher, section, ...rest }) => ({ ...rest, filters: { from, to, publisher, section } });
  const post = (path, content) =>
    fetch(server + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });
  document.hoitin = { about: (answer) => body(wish(asked(answer))), post, say, words };

  const address = (params) => {
    if (framed) return; // the address of a frame is nobody's to share
    history.replaceState(history.state, "", location.pathname + location.search + (params ? `#${params}` : ""));
  };

  // --- what was asked stays with this tab, and what is being typed; what was answered does not
  const [MOST, ROOM] = [10, 3900]; // questions asked again at once; characters that the server takes
  const remembered = () => {
    try {
      return JSON.parse(sessionStorage.getItem("hoitin")) ?? {};
    } catch {
      return {};
    }
  };
  const remember = (more) => {
    try {
      sessionStorage.setItem("hoitin", JSON.stringify({ ...remembered(), ...more }));
    } catch {
      // a browser that keeps nothing
    }
  };
  addEventListener("pagehide", () => opened && remember({ draft: box()?.value }));

  let kept = []; // the questions of this conversation
  let restoring = true; // or not begun
  let missing = 0; // answers that could not be restored: with the next question they are
  let held; // the button that was pressed meanwhile: its turn comes after
  const restore = (wishes) => {
    kept = wishes.slice(-MOST);
    while (JSON.stringify({ again: kept }).length > ROOM) kept.shift();
    restoring = true;
    want({ again: kept });
  };
  const restored = () => {
    restoring = false;
    held?.click();
    held = null;
  };
  const hold = (event) => {
    const button = event.target.closest?.(".hoitin-box, .hoitin-examples") && event.target.closest("button");
    const enter = event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === box();
    if (!restoring || !event.isTrusted || !(event.type === "click" ? button : enter)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held = button || one(".hoitin-box button");
  };
  addEventListener("click", hold, true);
  addEventListener("keydown", hold, true);
  document.addEventListener("hoitin:forgotten", () => kept.length && restore(kept));
  document.addEventListener("hoitin:done", () => opened && restoring && setTimeout(restored, 1000)); // nothing was drawn
  document.addEventListener("hoitin:unsent", ({ detail }) => {
    if (restoring) missing = kept.length;
    restored();
    const question = detail?.startsWith("{") ? JSON.parse(detail).question : detail;
    if (question && box() && !box().value) put(box(), question);
  });

  const forget = () => {
    kept = [];
    remember({ turns: kept, address: "" });
    address(null);
  };

  let heard = "";
  let sent = ""; // a question of the address, in the box until it is answered
  const number = (id) => Number(id.match(/\d+/)?.[0] ?? 0);
  const listen = () => {
    const log = one(".hoitin-chat [role=log]");
    if (log && log.getAttribute("aria-live") !== "off") {
      log.setAttribute("aria-live", "off");
      log.setAttribute("aria-label", words.conversation);
    }
    for (const message of all(".hoitin-chat [aria-label*=message]")) message.removeAttribute("aria-label"); // it is the markup itself
    const last = answers().at(-1);
    const params = asked(last);
    const now = last ? `${last.id} ${params ?? last.textContent}` : "";
    if (now === heard) return;
    const forgotten = last && !restoring && number(now) <= Math.max(number(heard), missing);
    heard = now;
    missing = 0;
    document.dispatchEvent(new CustomEvent("hoitin:answer"));
    if (!last) return forget();
    if (sent && box().value === sent) put(box(), "");
    sent = "";
    if (forgotten) {
      // The server began anew: it kept the conversation too long ago, or two questions crossed.
      const same = turns().findIndex((turn, at) => JSON.stringify(turn) !== JSON.stringify(kept[at]));
      return restore(same < 0 ? turns() : [...kept, ...turns().slice(same)]);
    }
    kept = turns();
    if (opened) remember({ turns: kept.slice(-MOST), address: `${params ?? ""}` });
    if (restoring) restored();
    else say(one(".hoitin-count, .hoitin-none strong, .hoitin-problem", last)?.textContent ?? "");
    if (!params) return;
    setFilters(params);
    address(params);
  };

  // --- when the page is ready, which is when the filters have come with Gradio's first answer: what this tab was about,
  // and what the address asks
  const inAddress = () => new URLSearchParams(location.hash.slice(1));
  let opened = false;
  const open = () => {
    const who = one(".hoitin-who textarea")?.value;
    if (opened || !who || !one(".hoitin-filters") || !one(".hoitin-wanted textarea")) return;
    opened = true;
    if (remembered().who !== who) remember({ who, turns: [], address: "", draft: "" }); // another person's
    const { turns: before = [], address: then, draft } = remembered();
    const opening = inAddress();
    if (draft && box().value === (opening.get("question") ?? "")) put(box(), draft);
    const wishes = before.length ? [...before, ...kept] : [];
    if (opening.get("q") && `${opening}` !== then) {
      if (!before.length && !box().value) put(box(), (sent = opening.get("q")));
      wishes.push(wish(opening));
    }
    if (wishes.length) return restore(wishes);
    remember({ turns: kept });
    restored();
  };
  addEventListener("hashchange", () => {
    if (opened && inAddress().get("q") && `${inAddress()}` !== remembered().address) want(wish(inAddress()));
  });

  const save = async (format) => {
    if (!turns().length) return say(words.nothing, true);
    const reply = await post("/api/export", { format, lang: english ? "en" : "vi", turns: turns().map(body) });
    if (!reply.ok) {
      const { error } = [422, 429].includes(reply.status) ? await reply.json().catch(() => ({})) : {};
      return say(String(error ?? "").split(" | ")[english ? 1 : 0] || words.failed, true);
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await reply.blob());
    link.download = reply.headers.get("Content-Disposition").match(/filename="([^"]+)"/)[1];
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    say(words.saved, true);
  };

  const jump = (id) => {
    const answer = document.getElementById(id);
    answer?.closest(".message-row")?.previousElementSibling?.scrollIntoView({ block: "start" });
    answer?.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest?.(selector);
    let found;
    if ((found = hit(".hoitin-again"))) want({ ...kept.at(-1), without: found.value });
    else if (hit(".hoitin-new")) forget(); // at once: the page may be left before it is drawn
    else if (hit(".hoitin-clear")) setFilters(new URLSearchParams());
    else if ((found = hit(".hoitin-save"))) found.value === "print" ? print() : save(found.value).catch(() => say(words.failed, true));
    else if ((found = hit(".hoitin-jump"))) {
      event.preventDefault();
      jump(new URL(found.href).hash.slice(1));
    } else if ((found = hit(".hoitin-share"))) {
      event.preventDefault();
      const url = new URL(found.hash, location.href);
      url.search = "";
      url.pathname = url.pathname.replace(/\/t\/[\w.-]+(?=\/)/, ""); // a token is for nobody else
      clipboard.then(({ copy }) => copy(url.href)).then((done) => say(done ? words.copied : framed ? words.failed : words.not_copied, true));
    } else if ((found = hit(".hoitin-language a"))) {
      found.target = "_self"; // Gradio opens every link in a new tab
      if (found.pathname.endsWith("/chat/")) found.hash = location.hash; // the same question in the other language
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.(".hoitin-filter")) handOver();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !typing && !one("dialog[open]") && box()) {
      event.preventDefault();
      box().focus();
    } else if (event.key === "ArrowUp" && event.target === box() && !box().value) {
      const last = all(".hoitin-chat .message.user").at(-1)?.textContent.trim();
      if (!last) return;
      event.preventDefault();
      put(box(), last);
    }
  });

  const begin = () => {
    document.body.append(voice, toast);
    new MutationObserver(() => requestAnimationFrame(() => (listen(), open()))).observe(document.body, { childList: true, subtree: true });
  };
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
