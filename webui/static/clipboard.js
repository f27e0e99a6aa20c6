// Returns whether the text is in the clipboard now. Over plain http, as in many an intranet, there is no
// navigator.clipboard; the old way works everywhere, if only a press of the reader's brought us here.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const give = (event) => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener("copy", give, { capture: true, once: true });
    const done = document.execCommand("copy");
    removeEventListener("copy", give, { capture: true });
    return done;
  }
}
