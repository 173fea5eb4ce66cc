// Makes the chat quicker where there is JavaScript: the same form post, with only the chat part of the answer put in.
// Anything that goes wrong falls back to the ordinary form post.
const KEPT = "local-offer-guide";
const LONGEST_WAIT_MS = 20000;
const chat = () => document.getElementById("chat");

function keep(token) {
  try {
    if (token) sessionStorage.setItem(KEPT, token);
    else sessionStorage.removeItem(KEPT);
  } catch { /* private windows may refuse: the hidden field still carries the token */ }
}

function kept() {
  try { return sessionStorage.getItem(KEPT); } catch { return null; }
}

function waiting(text) {
  document.getElementById("waiting").textContent = text;
}

async function post(body, action) {
  const answer = await fetch(action, {
    method: "POST", body: new URLSearchParams(body), headers: { Accept: "text/html" }, signal: AbortSignal.timeout(LONGEST_WAIT_MS),
  });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById("chat");
  if (!next) throw new Error("not a chat page");
  return { next, title: page.title };
}

function show({ next, title }, focus) {
  chat().replaceWith(next);
  document.title = title;
  keep(next.querySelector("[name=conversation]")?.value);
  ready();
  if (!focus) return;
  const target = next.querySelector("#problem") ? next.querySelector("#question") : next.querySelector("#new") ?? next.querySelector("#question");
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}

function submitPlainly(form, pressed) {
  if (pressed?.name) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = pressed.name;
    field.value = pressed.value;
    form.append(field);
    form.elements.question.name = "";
  }
  HTMLFormElement.prototype.submit.call(form);
}

function ready() {
  const form = document.getElementById("ask");
  const question = document.getElementById("question");
  const limit = Number(question.dataset.limit);
  let busy = false;

  form.addEventListener("submit", async (event) => {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (busy) return;
    const pressed = event.submitter;
    const body = new FormData(form);
    if (pressed?.name) {
      body.delete("message");
      body.set(pressed.name, pressed.value);
    }
    busy = true;
    question.readOnly = true;
    for (const button of chat().querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
    waiting(document.getElementById("waiting").dataset.text);
    try {
      show(await post(body, form.action), true);
    } catch {
      if (navigator.onLine) {
        // The same post once more, by the browser itself. The key in it keeps the question from being asked twice.
        submitPlainly(form, pressed);
        return;
      }
      busy = false;
      question.readOnly = false;
      for (const button of chat().querySelectorAll("button")) button.removeAttribute("aria-disabled");
      waiting(document.getElementById("waiting").dataset.failed);
    }
  });

  question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".send"));
    }
  });

  question.addEventListener("input", () => {
    const left = limit - question.value.length;
    const words = left < 0 ? question.dataset.over : question.dataset.left;
    document.getElementById("count").textContent = left < 200 ? words.replace("{count}", Math.abs(left)) : "";
  });

  document.getElementById("again")?.addEventListener("submit", () => keep(null));
}

ready();
const form = document.getElementById("ask");
if (kept() && !form.elements.conversation) {
  const body = new FormData(form);
  body.set("conversation", kept());
  body.set("resume", "1");
  post(body, form.action).then((page) => show(page, false)).catch(() => keep(null));
}

if (window.parent !== window) {
  document.addEventListener("keydown", (event) => {
    // The embedding page closes the frame; it learns nothing but that Escape was pressed.
    if (event.key === "Escape") window.parent.postMessage("local-offer-guide:close", "*");
  });
}
