// A reader's word on an answer: one press says it helped, the other opens a dialog that asks why it did not.
(() => {
  "use strict";
  const words = JSON.parse(document.currentScript.dataset.words);
  const make = (tag, more = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), more);
    made.append(...inside);
    return made;
  };

  const form = make("form", { method: "dialog" });
  const dialog = make("dialog", { className: "hoitin-dialog" }, form);
  const reasons = ["wrong", "old", "incomplete", "other"].map((name) =>
    make("label", {}, make("input", { type: "radio", name: "reason", value: name }), ` ${words[name]}`),
  );
  const comment = make("textarea", { name: "comment", maxLength: 500, rows: 3 });
  const heading = make("h2", { id: "hoitin-why", textContent: words.why });
  dialog.setAttribute("aria-labelledby", heading.id);
  form.append(
    make("fieldset", {}, make("legend", {}, heading), ...reasons),
    make("label", {}, words.comment, comment),
    make("p", { textContent: words.privacy }),
    make(
      "p",
      { className: "hoitin-tools" },
      make("button", { type: "submit", value: "send", className: "hoitin-send", textContent: words.send }),
      make("button", { type: "submit", value: "", formNoValidate: true, textContent: words.cancel }),
    ),
  );

  let pressed;
  const send = async (button, more) => {
    const { about, post, say } = document.hoitin;
    const answer = button.closest(".hoitin-answer");
    try {
      const reply = await post("/api/feedback", { ...about(answer), ...more });
      if (!reply.ok) throw new Error(String(reply.status));
      for (const one of answer.querySelectorAll(".hoitin-rate")) one.setAttribute("aria-pressed", String(one === button));
      say(words.thanks, true);
    } catch {
      say(words.failed, true);
    }
  };
  dialog.addEventListener("close", () => {
    const reason = new FormData(form).get("reason") ?? "";
    if (dialog.returnValue === "send") send(pressed, { helpful: false, reason, comment: comment.value.trim() });
    pressed.focus();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".hoitin-rate");
    if (!button) return;
    pressed = button;
    if (button.value === "up") return send(button, { helpful: true });
    form.reset();
    dialog.returnValue = "";
    dialog.showModal();
  });
  const begin = () => document.body.append(dialog);
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
