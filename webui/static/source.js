// The source page: copying what is cited, exactly as it is, and the original beside it.

import { copy } from "./clipboard.js";

const mark = document.querySelector("mark");
const said = document.querySelector(".said");

const copies = {
  cite: () => document.querySelector(".cite-text").textContent,
  quote: () => mark.textContent,
  link: (button) => new URL(button.dataset.link, location.href).href,
};

document.querySelector(".here").textContent = copies.link(document.querySelector("[data-link]")); // in print

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    said.textContent = "";
    said.textContent = (await copy(copies[button.dataset.copy](button))) ? said.dataset.copied : said.dataset.failed;
  });
}

// What is copied out of a page's text is the text itself: no line ends are made up between our own elements.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  const page = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest(".page");
  if (!page(range.startContainer) || page(range.startContainer) !== page(range.endContainer)) return;
  event.clipboardData.setData("text/plain", range.toString());
  event.preventDefault();
});

const aside = document.querySelector("#original");
if (aside) {
  const views = document.querySelector(".views");
  const sides = document.querySelector(".sides");
  let viewer; // made when it is first seen: a telephone that shows the text alone fetches nothing
  let current = Number(aside.dataset.page);

  const isSeen = () => aside.getClientRects().length > 0;
  const begin = async () => {
    if (viewer || !isSeen()) return;
    viewer = import("./source_pdf.js").then(({ show }) => show(aside, mark?.textContent ?? "", current));
    viewer.catch((error) => {
      console.warn(error);
      const notice = aside.querySelector(".notice");
      notice.textContent = aside.dataset.failed;
      notice.hidden = false;
    });
  };
  const follow = async (page) => {
    current = page;
    if (viewer && isSeen()) (await viewer).go(page);
  };

  aside.hidden = views.hidden = false;
  views.addEventListener("click", (event) => {
    const view = event.target.dataset.view;
    if (!view) return;
    sides.dataset.view = view;
    for (const button of views.children) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    if (view === "text") return;
    aside.scrollIntoView();
    begin();
    follow(current);
  });
  new ResizeObserver(begin).observe(aside);
  begin();

  // The original keeps to the page of the text that is being read.
  const reading = new IntersectionObserver(
    (entries) => {
      const page = Number(entries.find((entry) => entry.isIntersecting)?.target.dataset.page);
      if (page && page !== current) follow(page);
    },
    { rootMargin: "-35% 0px -65% 0px" },
  );
  for (const section of document.querySelectorAll("main section")) reading.observe(section);
}
