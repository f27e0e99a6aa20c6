// hoitin: a floating button on any page that opens the chat in a frame. What can be set: /widget-setup.
(() => {
  "use strict";
  // A module has no currentScript, but the trace of an error names its file.
  const trace = new Error().stack;
  const script = document.currentScript ?? [...document.scripts].find(({ src }) => src && trace.includes(`${src}:`));
  const set = script?.dataset ?? {};
  let base;
  try {
    base = new URL(".", set.server ? `${set.server.replace(/\/+$/, "")}/` : script.src);
    if (!/^https?:$/.test(base.protocol)) throw base;
  } catch {
    console.error('hoitin: data-server="https://…"?');
    return;
  }
  const english = set.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const name = set.title || say("Hỏi tin", "Ask the news");

  // The ground may be any colour: black or white on it, whichever is easier to read.
  const ground = /^#([\da-f]{3}){1,2}$/i.test(set.color) ? set.color : "#0b57a4";
  const light = (ground.length < 7 ? ground.replace(/\w/g, "$&$&") : ground)
    .match(/\w\w/g)
    .reduce((sum, part, at) => sum + [0.2126, 0.7152, 0.0722][at] * (parseInt(part, 16) / 255) ** 2.2, 0);

  const side = set.position === "left" ? "left" : "right";
  const night = "#panel { --paper: #12161d; --ink: #e6eaf0; --line: #333c49; color-scheme: dark; }";
  const small = matchMedia("(max-width: 480px), (max-height: 430px)");
  const sheet = new CSSStyleSheet();
  // !important inside a shadow root wins over the page's own. 1em is the reader's text size, whatever the page's is.
  sheet.replaceSync(`
:host { all: initial !important; display: block !important; position: fixed !important; z-index: 2147483647 !important; direction: ltr !important; unicode-bidi: isolate !important; overflow: visible !important; }
* { box-sizing: border-box; margin: 0; }
button, a { padding: .5em 1em; border: 1px solid; border-radius: .5em; background: none; color: inherit; font: inherit; cursor: pointer; }
#open, #panel { position: fixed; inset: auto; ${side}: 1.25em; max-width: calc(100vw - 2.5em); font: 1em/1.5 "Noto Sans", system-ui, sans-serif; }
#open, header { background: ${ground}; color: ${light > 0.18 ? "#000" : "#fff"}; }
#open { bottom: max(1.25em, env(safe-area-inset-bottom)); display: flex; align-items: center; gap: .5em; padding: .65em 1.15em; border-color: transparent; border-radius: 2em; font-weight: 600; box-shadow: 0 4px 14px #0006; }
#open::before { content: ""; flex: none; width: 1.2em; height: 1.2em; background: currentColor; clip-path: polygon(0 0, 100% 0, 100% 75%, 50% 75%, 20% 100%, 20% 75%, 0 75%); }
:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #0b1420; }
header :focus-visible { outline: 2px solid; outline-offset: -5px; box-shadow: none; }
#panel { --paper: #fff; --ink: #1b2430; --line: #d5dbe3; color-scheme: light; bottom: 5.25em; width: 26.5em; height: 44em; max-height: calc(100vh - 6.5em); padding: 0; border: 1px solid var(--line); border-radius: .75em; overflow: hidden; background: var(--paper); color: var(--ink); box-shadow: 0 8px 30px #0006; }
#panel[open] { display: flex; flex-direction: column; }
#panel:focus { outline: 0; }
header { display: flex; padding: .25em .25em .25em 1em; line-height: 2.75; }
header > * { width: 2.75em; padding: 0; border: 0; text-align: center; text-decoration: none; }
h2 { flex: 1; font-size: 1em; text-align: start; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#body { position: relative; flex: 1; }
iframe, #note { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; background: var(--paper); }
#note { padding: 1.5em; overflow: auto; overflow-wrap: anywhere; }
#note:empty, [hidden] { display: none; }
code { display: block; margin: 1em 0; padding: .75em; border: 1px solid var(--line); border-radius: .5em; user-select: all; }
code:empty { padding: 0; border: 0; }
#wait { padding-top: 30%; text-align: center; }
#wait::before { content: ""; display: block; width: 2em; height: 2em; margin: 0 auto 1em; border: 3px solid var(--line); border-top-color: var(--ink); border-radius: 50%; animation: turn 1s linear infinite; }
@keyframes turn { to { rotate: 1turn; } }
@media ${small.media} { #panel { inset: var(--top, 0) 0 auto; width: 100%; height: 100vh; height: var(--high, 100dvh); max-width: none; max-height: none; border: 0; border-radius: 0; padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left); } }
@media (prefers-reduced-motion) { #wait::before { animation: none; } }
@media print { :host { display: none !important; } }
${{ dark: night, light: "" }[set.theme] ?? `@media (prefers-color-scheme: dark) { ${night} }`}`);

  const make = (tag, attributes, ...inside) => {
    const element = document.createElement(tag);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    element.append(...inside);
    return element;
  };

  const start = () => {
    if (document.querySelector("[data-hoitin]")) return;
    const chat = (key) => `${base}${key}${english ? "en/" : ""}chat/`;
    const sign = (tag, char, title, more) => make(tag, { title, "aria-label": title, ...more }, char);
    const alone = say("Mở thành trang riêng", "Open on a page of its own");
    const full = sign("a", "↗", alone, { href: chat(""), target: "_blank", rel: "noopener" });
    const close = sign("button", "✕", say("Đóng", "Close"));
    const again = make("button", {}, say("Thử lại", "Try again"));
    const body = make("div", { id: "body" });
    const note = make("div", { id: "note", role: "status" });
    const head = make("header", {}, make("h2", { id: "name" }, name), full, close);
    const panel = make("dialog", { id: "panel", role: "dialog", tabindex: -1, "aria-labelledby": "name" }, head, body);
    const button = make("button", { id: "open", "aria-haspopup": "dialog" }, set.label || name);
    // In the top layer no transform, clipping or z-index of the page holds it; below <html> no script that redraws the
    // body takes it away.
    const host = make("div", { "data-hoitin": "", popover: "manual", lang: say("vi", "en") });
    const root = host.attachShadow({ mode: "closed" });
    root.adoptedStyleSheets = [sheet];
    root.append(button, panel);
    document.documentElement.append(host);
    host.showPopover?.();

    const gone = new AbortController();
    const on = (target, event, act) => target?.addEventListener(event, act, { signal: gone.signal });
    const after = (seconds, act) => setTimeout(() => gone.signal.aborted || act(), seconds * 1000);
    const watch = new MutationObserver(() => {
      if (host.isConnected) return;
      gone.abort();
      watch.disconnect();
      memory(false);
    });
    watch.observe(document.documentElement, { childList: true });

    let frame, probe, heard, blocked;
    const framed = (src, more) => make("iframe", { src, title: name, referrerpolicy: "no-referrer", ...more });
    const tell = (line, code) => {
      frame.hidden = true;
      note.replaceChildren(make("p", {}, line), make("code", {}, code), again);
    };
    const load = () => {
      // The token stands in the path: every request of the chat carries it along, and no cookie is needed.
      const key = set.token ? `t/${encodeURIComponent(set.token)}/` : "";
      const look = /^(light|dark)$/.test(set.theme) ? `?__theme=${set.theme}` : "";
      const asked = set.question ? `#question=${encodeURIComponent(set.question)}` : "";
      const mine = framed(chat(key) + look + asked, { allow: "clipboard-write" });
      const doubt = () => frame === mine && !heard && !probe && seek();
      frame = mine;
      heard = blocked = probe = null;
      on(frame, "load", () => after(3, doubt));
      after(20, doubt);
      note.replaceChildren(make("p", { id: "wait" }, say("Đang mở…", "Opening…")));
      body.replaceChildren(frame, note);
    };
    // The chat has not said that it is there. A page that anybody may frame tells whether its server is, and why: a
    // fetch could not, where the page's own connect-src forbids it.
    const seek = () => {
      if (blocked) {
        const line = say("Chính sách bảo mật (CSP) của trang này chặn hộp hỏi tin; quản trị trang cần thêm:", "This page's own security policy (CSP) blocks the question box; its administrator has to add:");
        return tell(line, `frame-src ${base.origin}`);
      }
      const mine = (probe = framed(`${base}widget/hello?lang=${host.lang}`, { hidden: "" }));
      const line = say("Chưa kết nối được với máy chủ hỏi tin. Hãy thử lại sau.", "The server cannot be reached. Please try again later.");
      const lost = () => probe === mine && !heard && tell(line, base.origin);
      on(mine, "load", () => after(2, lost));
      after(8, lost);
      body.append(mine);
    };
    on(window, "message", ({ data, origin, source }) => {
      if (origin !== base.origin || !source) return;
      if (source === probe?.contentWindow && !heard && data?.refused) {
        probe = {};
        if (location.origin === "null") tell(data.file, "");
        else tell(data.refused, `HOITIN_EMBED_ORIGINS=${location.origin}`);
      }
      if (source !== frame?.contentWindow) return;
      heard = true;
      if (data === "hoitin:close" && panel.open) shut();
      if (data !== "hoitin:ready") return;
      frame.hidden = false;
      note.replaceChildren();
      if (root.activeElement === panel) frame.focus();
    });
    on(document, "securitypolicyviolation", ({ blockedURI }) => (blocked ||= blockedURI.startsWith(base.origin)));

    // Open again on the next page of this tab, where the chat in the frame knows what was asked.
    const memory = (open) => {
      try {
        if (open) sessionStorage["hoitin-open"] = 1;
        else if (open === undefined) return sessionStorage["hoitin-open"];
        else delete sessionStorage["hoitin-open"];
      } catch {} // a page that may keep nothing
    };
    const shown = (open) => (button.setAttribute("aria-expanded", open), memory(open));
    const open = () => {
      if (small.matches) panel.showModal();
      else panel.setAttribute("open", ""); // show() would take the focus
      shown(true);
      if (!frame) load();
    };
    const enter = () => (note.firstChild ? panel : frame).focus();
    // The event "close" comes a moment later: until then a key would be lost on what is no longer seen, or, where the
    // panel was opened again, the focus taken out of it.
    const left = () => panel.open || button.ariaExpanded === "false" || (shown(false), button.focus());
    const shut = () => (panel.close(), left());
    on(button, "click", () => (panel.open ? shut() : (open(), enter())));
    on(close, "click", shut);
    on(again, "click", () => (load(), enter()));
    on(panel, "close", left);
    on(root, "keydown", (event) => {
      if (event.key !== "Escape" || !panel.open) return;
      event.stopPropagation();
      shut();
    });
    // A phone's keyboard covers the page without changing its height.
    const view = window.visualViewport;
    const fit = () => {
      if (view.scale > 1.01) return;
      panel.style.setProperty("--top", `${view.offsetTop}px`);
      panel.style.setProperty("--high", `${view.height}px`);
    };
    on(view, "resize", fit);
    on(view, "scroll", fit);
    const before = memory();
    shown(false);
    if ((before || (set.open ?? "false") !== "false") && !small.matches) open();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start, { once: true });
  else start();
})();
