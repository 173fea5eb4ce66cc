// Makes the chat quicker where there is JavaScript: the same form posts, with only the chat part of the answer put in.
// Whatever this script does not expect is left to the ordinary form post.
const CONVERSATION = "local-offer-guide";
const SECRET = "local-offer-guide secret";
const UNANSWERED = "local-offer-guide unanswered";
const LONGEST_WAIT_MS = 20000;
const TRIES_AFTER_MS = [0, 1000, 3000];
const SAY_WAITING_AFTER_MS = 400;
const SAY_SLOW_AFTER_MS = 8000;
const LISTEN_AGAIN_AFTER_MS = 3000;
const LISTEN_AGAIN_WHERE_FULL_AFTER_MS = 30000;
const embedded = window.parent !== window;
const byId = (id) => document.getElementById(id);

// Private windows may refuse to keep anything: the hidden fields still carry the conversation.
const keep = (name, value) => {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch { /* not kept */ }
};
const kept = (name) => {
  try { return sessionStorage.getItem(name); } catch { return null; }
};
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

class NotAChatPage extends Error {}

// Post fields; where the line fails, again with the same key, so that nothing is asked twice.
async function post(fields, action) {
  let failure;
  for (const wait of TRIES_AFTER_MS) {
    await pause(wait);
    let answer;
    try {
      answer = await fetch(action, {
        method: "POST", body: new URLSearchParams(fields), headers: { Accept: "text/html" }, signal: AbortSignal.timeout(LONGEST_WAIT_MS),
      });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const chat = page.getElementById("chat");
      if (!chat) throw new NotAChatPage();
      return { chat, title: page.title };
    } catch (error) {
      if (error instanceof NotAChatPage) throw error;
      failure = error;
    }
  }
  throw failure;
}

function show({ chat, title }, focus) {
  byId("chat").replaceWith(chat);
  document.title = title;
  keep(CONVERSATION, chat.querySelector("#ask [name=conversation]")?.value);
  keep(SECRET, chat.querySelector("#ask [name=secret]")?.value);
  keep(UNANSWERED, null);
  ready();
  if (!focus) return;
  const target = byId("problem") ? byId("question") : byId("new") ?? byId("question");
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}

function addHidden(form, name, value) {
  if (form.elements[name]) form.elements[name].value = value;
  else form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
}

function submitPlainly(form, fields) {
  for (const [name, value] of fields) {
    if (!form.elements[name]) addHidden(form, name, value);
  }
  if (!fields.has("message")) byId("question").name = "";
  HTMLFormElement.prototype.submit.call(form);
}

function setBusy(busy) {
  byId("question").readOnly = busy;
  for (const button of byId("chat").querySelectorAll("button")) {
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

// The region is an alert: each text put in is read out once. A quick answer needs no word of waiting.
function sayWaiting() {
  const region = byId("waiting");
  const say = (text) => {
    region.classList.add("busy");
    region.textContent = text;
  };
  const timers = [setTimeout(say, SAY_WAITING_AFTER_MS, region.dataset.text), setTimeout(say, SAY_SLOW_AFTER_MS, region.dataset.slow)];
  return (text = "") => {
    timers.forEach(clearTimeout);
    region.classList.remove("busy");
    region.textContent = text;
  };
}

let busy = false;
let failed = "";

const withoutKey = (fields) => String(new URLSearchParams([...fields].filter(([name]) => name !== "key")));
const atRandom = () => Array.from(crypto.getRandomValues(new Uint8Array(18)), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function send(form, fields) {
  if (busy) return;
  busy = true;
  // The key belongs to the words that failed: other words are another question.
  if (failed && failed !== withoutKey(fields)) fields.set("key", atRandom());
  setBusy(true);
  const stopWaiting = sayWaiting();
  keep(UNANSWERED, new URLSearchParams(fields).toString());
  try {
    const page = await post(fields, form.action);
    stopWaiting();
    failed = "";
    show(page, true);
  } catch (error) {
    stopWaiting();
    if (error instanceof NotAChatPage) {
      submitPlainly(form, fields);
      return;
    }
    form.elements.key.value = fields.get("key");
    failed = withoutKey(fields);
    setBusy(false);
    stopWaiting(byId("waiting").dataset.failed);
  } finally {
    busy = false;
  }
}

function fieldsOf(form, pressed) {
  const fields = new FormData(form);
  if (pressed?.name) {
    fields.delete("message");
    fields.set(pressed.name, pressed.value);
  }
  return fields;
}

function countCharacters() {
  const question = byId("question");
  const left = question.dataset.limit - question.value.length;
  const text = left < 200 ? (left < 0 ? question.dataset.over : question.dataset.left).replace("{count}", Math.abs(left)) : "";
  byId("count").textContent = text;
  byId("count").classList.toggle("over", left < 0);
  // Heard after a pause in typing, not at every letter.
  clearTimeout(countCharacters.later);
  countCharacters.later = setTimeout(() => { byId("count-heard").textContent = text; }, 1000);
}

async function copy(button) {
  const form = byId("save");
  const fields = new FormData(form);
  fields.set("form", "text");
  const text = fetch(form.action, { method: "POST", body: new URLSearchParams(fields) })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error("no transcript"))));
  let done = true;
  try {
    await navigator.clipboard.writeText(await text);
  } catch {
    done = false;
  }
  byId("kept").textContent = done ? button.dataset.done : button.dataset.failed;
}

// A person of SENDIASS may write at any time: each line that comes has the chat shown anew, with what is being typed left as it is.
async function lineCame(line) {
  if (busy || line.from === "user") return;
  const typed = byId("question").value;
  const typing = document.activeElement === byId("question");
  try {
    show(await post(new FormData(byId("look")), byId("look").action), false);
  } catch {
    return;  // the button to look for new messages stays
  }
  byId("question").value = typed;
  if (typing) byId("question").focus({ preventScroll: true });
  byId("live-heard").textContent = "";
  byId("live-heard").textContent = byId("live-heard").dataset.new;
}

// Server-sent events, read by fetch: an EventSource cannot send headers, and in an address token and secret would stand in logs.
async function follow(address, headers, signal) {
  let last = "";
  while (!signal.aborted) {
    let wait = LISTEN_AGAIN_AFTER_MS;
    try {
      const answer = await fetch(address, { headers: last ? { ...headers, "Last-Event-ID": last } : headers, signal });
      if (!answer.ok && answer.status < 429) return;
      if (!answer.ok) wait = LISTEN_AGAIN_WHERE_FULL_AFTER_MS;
      const text = answer.ok ? answer.body.pipeThrough(new TextDecoderStream()).getReader() : null;
      let rest = "";
      for (let part = await text?.read(); part && !part.done; part = await text.read()) {
        const events = (rest + part.value).split("\n\n");
        rest = events.pop();
        for (const event of events) {
          const fields = Object.fromEntries(event.split("\n").map((row) => row.split(/: (.*)/s, 2)));
          last = fields.id ?? last;
          if (fields.data) await lineCame(JSON.parse(fields.data));
          if (signal.aborted) return;
        }
      }
    } catch { /* the line failed: again */ }
    if (!signal.aborted) await pause(wait);
  }
}

let listening;
function listen() {
  listening?.abort();
  const address = byId("chat").dataset.events;
  if (!address) return;
  listening = new AbortController();
  const { conversation, secret } = byId("look").elements;
  const whose = { Conversation: conversation.value, ...(secret ? { "Conversation-Secret": secret.value } : {}) };
  follow(address, whose, listening.signal);
}

// A conversation begun here is this tab's alone: a secret goes with each of its forms. One that a form began before this script
// was there goes on without.
function beginAlone() {
  const form = byId("ask");
  if (!form.elements.conversation && !form.elements.secret) addHidden(form, "secret", atRandom());
}

function ready() {
  beginAlone();
  listen();
  const form = byId("ask");
  const question = byId("question");

  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    send(form, fieldsOf(form, event.submitter));
  });
  question.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector(".send"));
  });
  question.addEventListener("input", countCharacters);

  for (const [id, act] of [["copy", copy], ["print", () => window.print()]]) {
    const button = byId(id);
    if (!button) continue;
    button.hidden = false;
    button.addEventListener("click", () => act(button));
  }
  byId("again")?.addEventListener("submit", () => {
    keep(CONVERSATION, null);
    keep(SECRET, null);
    keep(UNANSWERED, null);
  });
}

// After a reload: what was sent and not answered is sent again under its own key, else the conversation is shown again.
async function resume() {
  const form = byId("ask");
  const unanswered = kept(UNANSWERED);
  if (form.elements.conversation || !(unanswered || kept(CONVERSATION))) return;
  if (unanswered) {
    const fields = new FormData();
    new URLSearchParams(unanswered).forEach((value, name) => fields.set(name, value));
    byId("question").value = fields.get("message") ?? "";
    for (const name of ["key", "secret"]) if (fields.has(name)) addHidden(form, name, fields.get(name));
    await send(form, fields);
    return;
  }
  const fields = new FormData(form);
  fields.set("conversation", kept(CONVERSATION));
  fields.set("secret", kept(SECRET) ?? "");
  fields.set("resume", "1");
  try {
    show(await post(fields, form.action), false);
    if (embedded) byId("new")?.scrollIntoView({ block: "start" });
  } catch {
    keep(CONVERSATION, null);
    keep(SECRET, null);
  }
}

ready();
resume();

if (embedded) {
  // The embedding page closes and sizes the frame; it learns nothing but that Escape was pressed, and a height.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") window.parent.postMessage({ type: "local-offer-guide:close" }, "*");
  });
  new ResizeObserver(() => {
    window.parent.postMessage({ type: "local-offer-guide:height", height: document.body.scrollHeight }, "*");
  }).observe(document.body);
}
