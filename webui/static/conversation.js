// What surrounds the conversation: filters, buttons of an answer, links, keys, the file to keep, the voice of a screen reader.
// Gradio keeps the conversation; we leave what is wanted in its hidden boxes and press its hidden button.
(() => {
  "use strict";
  const words = JSON.parse(document.currentScript.dataset.words);
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const server = location.pathname.replace(/(\/en)?\/chat\/?$/, "");
  const english = location.pathname.replace(/\/$/, "").endsWith("/en/chat");
  const framed = window.parent !== window;

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
    return link && new URL(link.href).searchParams;
  };
  const wish = (params, question) => {
    const { q, from, to, publisher, section, ...switches } = Object.fromEntries(params);
    const on = Object.keys(switches).filter((name) => ["any_time", "as_typed", "alone"].includes(name));
    return { question: question ?? q, from, to, publisher, section, ...Object.fromEntries(on.map((name) => [name, true])) };
  };
  const body = (params, question) => {
    const { from, to, publisher, section, ...rest } = wish(params, question);
    return { ...rest, filters: { from, to, publisher, section } };
  };
  const post = (path, content) =>
    fetch(server + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });
  document.hoitin = { asked, body, post, say, words };

  const address = (params) => {
    if (framed) return; // the address of a frame is nobody's to share
    const theme = new URLSearchParams(location.search).get("__theme");
    const query = new URLSearchParams(params ?? "");
    if (theme) query.set("__theme", theme);
    history.replaceState(null, "", location.pathname + (`${query}` ? `?${query}` : ""));
  };

  let heard = "";
  const listen = () => {
    const log = one(".hoitin-chat [role=log]");
    if (log && log.getAttribute("aria-live") !== "off") {
      log.setAttribute("aria-live", "off");
      log.setAttribute("aria-label", words.conversation);
    }
    for (const message of all(".hoitin-chat [aria-label*=message]")) message.removeAttribute("aria-label"); // it is the markup itself
    const last = answers().at(-1);
    if ((last?.id ?? "") === heard) return;
    heard = last?.id ?? "";
    document.dispatchEvent(new CustomEvent("hoitin:answer"));
    if (!last) return address(null);
    const params = asked(last);
    say(one(".hoitin-count, .hoitin-none strong, .hoitin-problem", last)?.textContent ?? "");
    if (!params) return;
    setFilters(params);
    address(params);
  };

  // --- a question in the address is asked once the page is ready: the filters come with Gradio's first answer
  const opening = new URLSearchParams(location.search);
  let opened = !opening.get("q");
  const open = () => {
    if (opened || !one(".hoitin-filters") || !one(".hoitin-wanted textarea")) return;
    opened = true;
    put(box(), opening.get("q"));
    want(wish(opening));
  };

  const save = async (format) => {
    const turns = answers().flatMap((answer) => {
      const params = asked(answer);
      const typed = answer.closest(".message-row")?.previousElementSibling?.textContent.trim();
      return params ? [body(params, typed || undefined)] : [];
    });
    if (!turns.length) return say(words.nothing, true);
    const reply = await post("/api/export", { format, lang: english ? "en" : "vi", turns });
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
    if ((found = hit(".hoitin-again"))) want({ without: found.value });
    else if (hit(".hoitin-clear")) setFilters(new URLSearchParams());
    else if ((found = hit(".hoitin-save"))) found.value === "print" ? print() : save(found.value).catch(() => say(words.failed, true));
    else if ((found = hit(".hoitin-jump"))) {
      event.preventDefault();
      jump(new URL(found.href).hash.slice(1));
    } else if ((found = hit(".hoitin-share"))) {
      event.preventDefault();
      const url = new URL(found.search, location.href);
      url.pathname = url.pathname.replace(/\/t\/[\w.-]+(?=\/)/, ""); // a token is for nobody else
      navigator.clipboard?.writeText(url.href).then(() => say(words.copied, true), () => say(words.not_copied, true)) ?? say(words.not_copied, true);
    } else if ((found = hit(".hoitin-language a"))) {
      found.target = "_self"; // Gradio opens every link in a new tab
      if (found.pathname.endsWith("/chat/")) found.search = location.search; // the same question in the other language
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
