// The original PDF, drawn page by page as it comes into view, with the passage marked.
import * as pdfjs from "./pdfjs/pdf.min.mjs";

const place = (path) => new URL(`./pdfjs/${path}`, import.meta.url).href;
pdfjs.GlobalWorkerOptions.workerSrc = place("pdf.worker.min.mjs");

const OPTIONS = {
  wasmUrl: place("wasm/"), // where its plain JavaScript decoders of scans lie
  standardFontDataUrl: place("standard_fonts/"),
  useWasm: false, // our policy allows no code that is made at run time
  enableXfa: false,
  isEvalSupported: false, // of no effect since version 6, which evaluates nothing
  disableAutoFetch: true, // of a large file only what is looked at
  disableStream: true,
  rangeChunkSize: 1 << 18,
  maxImageSize: 1 << 27, // pixels
  verbosity: 0,
};
const MAX_PIXELS = 1 << 24; // of one page
const ZOOMS = [1, 1.25, 1.5, 2, 3, 4];

// Show the PDF in `aside`, opened at `page` with `quote` marked on the page that the aside names.
export async function show(aside, quote, page) {
  const pdf = await pdfjs.getDocument({ url: aside.dataset.src, ...OPTIONS }).promise;
  const viewer = new Viewer(aside, pdf, quote);
  await viewer.open(page);
  return viewer;
}

class Viewer {
  constructor(aside, pdf, quote) {
    Object.assign(this, { aside, pdf, quote, target: Number(aside.dataset.page), zoom: 0, ratio: Math.SQRT2 });
    this.box = aside.querySelector(".leaves");
    this.notice = aside.querySelector(".notice");
  }

  async open(page) {
    const first = await this.pdf.getPage(Math.min(this.target, this.pdf.numPages));
    const { width, height } = first.getViewport({ scale: 1 });
    this.ratio = height / width; // of every page, until it is drawn
    this.leaves = Array.from({ length: this.pdf.numPages }, (_, index) => {
      const leaf = document.createElement("div");
      leaf.className = "leaf";
      leaf.dataset.page = index + 1;
      return leaf;
    });
    this.box.replaceChildren(...this.leaves);
    this.notice.hidden = true;
    this.fit();
    const seen = new IntersectionObserver(
      (entries) => entries.forEach(({ isIntersecting, target }) => (isIntersecting ? this.draw(target) : this.clear(target))),
      { root: this.box, rootMargin: "60% 0px" },
    );
    this.go(page);
    this.leaves.forEach((leaf) => seen.observe(leaf));
    let width_ = this.box.clientWidth;
    new ResizeObserver(() => {
      if (!this.box.clientWidth || this.box.clientWidth === width_) return;
      width_ = this.box.clientWidth;
      this.fit();
    }).observe(this.box);
    this.box.addEventListener("scroll", () => requestAnimationFrame(() => this.tell()));
    this.aside.querySelector(".tools").addEventListener("click", (event) => this.do(event.target.dataset.do));
    this.tell();
  }

  do(what) {
    if (what === "previous" || what === "next") this.go(this.page() + (what === "next" ? 1 : -1));
    if (what !== "in" && what !== "out") return;
    this.zoom = Math.max(0, Math.min(ZOOMS.length - 1, this.zoom + (what === "in" ? 1 : -1)));
    this.fit();
  }

  // Give every leaf its size, and draw again those in view.
  fit() {
    const page = this.page();
    const within = (this.box.scrollTop - this.leaves[page - 1].offsetTop) / (this.leaves[page - 1].offsetHeight || 1);
    const width = Math.floor((this.box.clientWidth - 16) * ZOOMS[this.zoom]);
    for (const leaf of this.leaves) {
      leaf.style.width = `${width}px`;
      leaf.style.aspectRatio = `1 / ${leaf.ratio ?? this.ratio}`;
    }
    this.box.scrollTop = this.leaves[page - 1].offsetTop + within * this.leaves[page - 1].offsetHeight;
    this.leaves.filter((leaf) => leaf.childElementCount).forEach((leaf) => (this.clear(leaf), this.draw(leaf)));
  }

  go(page) {
    const leaf = this.leaves[Math.max(1, Math.min(page, this.leaves.length)) - 1];
    const hit = leaf.querySelector(".hits div");
    this.box.scrollTop = leaf.offsetTop - 8;
    if (hit) this.box.scrollTop += hit.offsetTop - this.box.clientHeight / 3;
  }

  // The page across the upper third of the box.
  page() {
    const line = this.box.scrollTop + this.box.clientHeight / 3;
    let low = 0;
    for (let high = this.leaves.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if (this.leaves[middle].offsetTop <= line) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  tell() {
    const words = this.aside.dataset.of.replace("{page}", this.page()).replace("{pages}", this.leaves.length);
    this.aside.querySelector(".place").textContent = words;
  }

  clear(leaf) {
    leaf.turn = (leaf.turn ?? 0) + 1;
    leaf.task?.cancel();
    leaf.replaceChildren();
  }

  async draw(leaf) {
    const turn = (leaf.turn = (leaf.turn ?? 0) + 1);
    const number = Number(leaf.dataset.page);
    try {
      const page = await this.pdf.getPage(number);
      if (leaf.turn !== turn) return;
      const natural = page.getViewport({ scale: 1 });
      leaf.ratio = natural.height / natural.width;
      leaf.style.aspectRatio = `1 / ${leaf.ratio}`;
      const viewport = page.getViewport({ scale: leaf.clientWidth / natural.width });
      const sharp = Math.min(devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / (viewport.width * viewport.height)));
      const canvas = document.createElement("canvas");
      canvas.width = Math.floor(viewport.width * sharp);
      canvas.height = Math.floor(viewport.height * sharp);
      leaf.replaceChildren(canvas);
      // Annotations are drawn, as seals and signatures must be; no link or script of theirs is alive.
      leaf.task = page.render({ canvas, viewport, transform: [sharp, 0, 0, sharp, 0, 0] });
      const [text] = await Promise.all([page.getTextContent(), leaf.task.promise]);
      if (leaf.turn !== turn) return;
      const letters = document.createElement("div");
      letters.className = "letters";
      letters.style.setProperty("--total-scale-factor", viewport.scale);
      leaf.append(letters);
      const layer = new pdfjs.TextLayer({ textContentSource: text, container: letters, viewport });
      await layer.render();
      if (leaf.turn === turn && number === this.target && this.quote) this.mark(leaf, layer);
      leaf.dataset.drawn = "";
    } catch (error) {
      if (error?.name !== "RenderingCancelledException") console.warn(error);
    }
  }

  // Lay the mark behind the letters of the passage; say so where they are not found.
  mark(leaf, layer) {
    const items = layer.textContentItemsStr;
    const spans = find(this.quote, items);
    const hits = document.createElement("div");
    hits.className = "hits";
    const corner = leaf.getBoundingClientRect();
    for (const [index, from, to] of spans) {
      const node = layer.textDivs[index].firstChild;
      if (!node) continue;
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, to);
      const { left, top, width, height } = range.getBoundingClientRect();
      const hit = document.createElement("div");
      Object.assign(hit.style, { left: `${left - corner.left}px`, top: `${top - corner.top}px`, width: `${width}px`, height: `${height}px` });
      hits.append(hit);
    }
    leaf.querySelector("canvas").after(hits);
    const { picture, notFound } = this.aside.dataset;
    this.notice.hidden = spans.length > 0;
    this.notice.textContent = items.some((text) => fold(text).letters) ? notFound : picture;
    if (spans.length && !this.shown) {
      this.shown = true; // only at first: later the reader leads
      this.go(this.target);
    }
  }
}

// Letters and digits alone, without marks: spaces, line ends and hyphens differ between a PDF and the text read from it.
function fold(text) {
  let letters = "";
  const places = []; // of each letter, its place in `text`
  let at = 0;
  for (const char of text) {
    for (const part of char.normalize("NFKD").toLowerCase().replaceAll("đ", "d").match(/[\p{L}\p{N}]/gu) ?? []) {
      letters += part;
      for (let unit = 0; unit < part.length; unit++) places.push(at);
    }
    at += char.length;
  }
  return { letters, places };
}

// Return [item, from, to] of the stretches of `items` that hold the quote; none where less than half of it is there.
export function find(quote, items) {
  const joined = items.join("");
  const text = fold(joined);
  const whole = fold(quote).letters;
  let found = [[text.letters.indexOf(whole), whole.length]];
  if (!whole || found[0][0] < 0) {
    // Read in another order, as in columns and tables: sentence by sentence, cell by cell.
    const pieces = quote.split(/[\n.!?;:|]+/).map((piece) => fold(piece).letters).filter((piece) => piece.length >= 8);
    found = pieces.map((piece) => [text.letters.indexOf(piece), piece.length]).filter(([at]) => at >= 0);
    if (2 * found.reduce((sum, [, length]) => sum + length, 0) < whole.length) return [];
  }
  const spans = [];
  for (const [at, length] of found) {
    if (!length) continue;
    const from = text.places[at];
    let to = text.places[at + length - 1] + 1;
    to += joined.slice(to, to + 5).match(/^[\p{M}\p{P}]*/u)[0].length; // with its full stop
    let begin = 0;
    items.forEach((item, index) => {
      const [left, right] = [Math.max(from, begin), Math.min(to, begin + item.length)];
      if (left < right) spans.push([index, left - begin, right - begin]);
      begin += item.length;
    });
  }
  return spans;
}
