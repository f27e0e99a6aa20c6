// The form becomes a script tag, shown as text and tried in the preview.
(() => {
  "use strict";
  const { address, origins, copied, allowed, mixed, noSite } = document.currentScript.dataset;
  const widget = new URL(address, location.href);
  const [form, preview, stage, site] = ["form", "preview", "stage", "site"].map((id) => document.getElementById(id));
  const write = (id, text) => (document.getElementById(id).textContent = text);
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  const attributes = () => {
    const given = {};
    for (const field of form.elements) {
      const value = field.type === "checkbox" ? field.checked && "true" : field.value.trim();
      if (field.name && value && value !== field.defaultValue) given[field.name] = value;
    }
    return given;
  };

  const show = () => {
    const given = attributes();
    const shown = Object.entries(given).map(([key, value]) => ` data-${key}="${escape(value)}"`);
    write("snippet", `<script src="${widget}"${shown.join("")}></script>`);
    const inside = preview.contentDocument;
    if (!inside?.body || inside.readyState !== "complete") return;
    inside.querySelectorAll("[data-hoitin], script").forEach((old) => old.remove());
    const script = inside.createElement("script");
    script.src = widget;
    Object.assign(script.dataset, given);
    inside.body.append(script);
  };
  let soon;
  form.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(show, 300);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  preview.addEventListener("load", show);
  show();

  const originOf = (address) => {
    try {
      const url = new URL(/^\w+:\/\//.test(address) ? address : `https://${address}`);
      return /^https?:\/\/[\w.:[\]-]+$/.test(url.origin) ? url.origin : "";
    } catch {
      return "";
    }
  };
  const allow = () => {
    const list = origins ? origins.split(",") : [];
    const typed = site.value.trim();
    const origin = originOf(typed || site.placeholder);
    const notes = [];
    if (!origin) notes.push(noSite);
    else if (list.includes(origin)) notes.push(allowed);
    else list.push(origin);
    if (origin.startsWith("https:") && typed && widget.protocol === "http:") notes.push(mixed);
    write("site-note", notes.join(" "));
    write("origins", `HOITIN_EMBED_ORIGINS=${list.join(",")}`);
  };
  site.addEventListener("input", allow);
  allow();
  write("policy", `script-src ${widget.origin}; frame-src ${widget.origin}`);
  document.getElementById("warn-local").hidden = !/^(localhost|127\..*|\[::1\])$/.test(widget.hostname);

  document.querySelectorAll("[data-size]").forEach((button, _, all) =>
    button.addEventListener("click", () => {
      stage.className = `stage ${button.dataset.size}`;
      all.forEach((other) => other.setAttribute("aria-pressed", other === button));
    }),
  );

  const clipboard = import("./clipboard.js");
  document.querySelectorAll("[data-copy]").forEach((button) =>
    button.addEventListener("click", async () => {
      const code = document.getElementById(button.dataset.copy);
      if (!(await (await clipboard).copy(code.textContent))) return getSelection().selectAllChildren(code);
      const before = button.textContent;
      button.textContent = copied;
      write("said", copied);
      setTimeout(() => {
        if (before !== copied) button.textContent = before;
        write("said", "");
      }, 2000);
    }),
  );
})();
