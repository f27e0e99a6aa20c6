// hoitin widget: a floating button on any page that opens the chat in an iframe.
// <script src="https://HOST/widget.js"></script>   data-theme="light|dark"   data-lang="vi|en"
(() => {
  "use strict";
  const script = document.currentScript;
  const base = new URL(".", script.src).href.replace(/\/$/, "");
  const dark = script.dataset.theme === "dark" || (script.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  const english = script.dataset.lang === "en";
  const say = english
    ? { open: "Ask the news", close: "Close", refused: "This page may not show the question box yet. The administrator has to add its address to HOITIN_EMBED_ORIGINS: " }
    : { open: "Hỏi tin", close: "Đóng", refused: "Trang này chưa được phép hiện hộp hỏi tin. Người quản trị cần thêm địa chỉ sau vào HOITIN_EMBED_ORIGINS: " };

  const start = () => {
    const host = document.createElement("div");
    const root = host.attachShadow({ mode: "closed" });
    const style = new CSSStyleSheet();
    style.replaceSync(`
      :host { all: initial; }
      button { font: 600 16px/1 system-ui, sans-serif; cursor: pointer; border: 0; }
      button:focus-visible { outline: 3px solid #ffb000; outline-offset: 2px; }
      #open { position: fixed; right: 20px; bottom: 20px; z-index: 2147483646; padding: 14px 20px; border-radius: 28px; color: #fff; background: #0b57a4; box-shadow: 0 4px 14px rgb(0 0 0 / .3); }
      #panel { position: fixed; right: 20px; bottom: 84px; z-index: 2147483647; width: 420px; height: min(680px, calc(100vh - 110px)); max-width: calc(100vw - 40px); border-radius: 12px; overflow: hidden; background: ${dark ? "#12161d" : "#fff"}; color: ${dark ? "#e6eaf0" : "#1b2430"}; box-shadow: 0 8px 30px rgb(0 0 0 / .35); }
      #panel[hidden] { display: none; }
      #close { position: absolute; top: 4px; right: 6px; width: 32px; height: 32px; border-radius: 16px; background: #e8edf3; color: #1b2430; }
      iframe { position: absolute; inset: 40px 0 0; width: 100%; height: calc(100% - 40px); border: 0; }
      h2 { font: 600 15px/40px system-ui, sans-serif; margin: 0 48px 0 16px; color: inherit; }
      p { font: 15px/1.5 system-ui, sans-serif; margin: 20px; overflow-wrap: anywhere; }
      @media (max-width: 480px) { #panel { inset: 0; width: 100%; height: 100%; max-width: none; border-radius: 0; } }`);
    root.adoptedStyleSheets = [style];

    const open = document.createElement("button");
    open.id = "open";
    open.type = "button";
    open.textContent = say.open;
    open.setAttribute("aria-expanded", "false");
    const panel = document.createElement("div");
    panel.id = "panel";
    panel.hidden = true;
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", say.open);
    const close = document.createElement("button");
    close.id = "close";
    close.type = "button";
    close.textContent = "✕";
    close.setAttribute("aria-label", say.close);

    const fill = async () => {
      try {
        // Same rule as the frame's: an origin that is not on the list gets a message, not a blank panel.
        const answer = await fetch(`${base}/widget/allowed`, { credentials: "omit" });
        if (!answer.ok) throw new Error(String(answer.status));
        const frame = document.createElement("iframe");
        const theme = ["light", "dark"].includes(script.dataset.theme) ? `?__theme=${script.dataset.theme}` : "";
        frame.src = `${base}${english ? "/en" : ""}/chat/${theme}`;
        frame.title = say.open;
        panel.append(frame);
      } catch {
        const message = document.createElement("p");
        message.textContent = say.refused + location.origin;
        panel.append(message);
      }
    };
    const toggle = (show) => {
      panel.hidden = !show;
      open.setAttribute("aria-expanded", String(show));
      if (show && panel.childElementCount === 2) fill();
      (show ? close : open).focus();
    };
    open.addEventListener("click", () => toggle(panel.hidden));
    close.addEventListener("click", () => toggle(false));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) toggle(false);
    });
    window.addEventListener("message", (event) => {
      const frame = panel.querySelector("iframe");
      if (event.data === "hoitin:close" && event.source === frame?.contentWindow && !panel.hidden) toggle(false);
    });
    const heading = document.createElement("h2");
    heading.textContent = say.open;
    panel.append(heading, close);
    root.append(open, panel);
    document.body.append(host);
  };
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
