// Puts the chat on another site's page by one script tag (docs/embedding.md). It never opens by itself; what a visitor
// opened stays open on the next page of the visit, without taking the focus. Nothing of the chat reaches the page around it.
(() => {
  const defaults = /* defaults */ {};
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const { title = defaults.title, greeting = "", position, colour } = script.dataset;
  const side = position === "left" ? "left" : "right";
  const back = /^#[0-9a-f]{6}$/i.test(colour || "") ? colour : defaults.colour;
  const kept = `local-offer-guide ${origin}`;
  const small = matchMedia("(max-width: 40em), (max-height: 30em)");

  // Black or white on the given colour, whichever is easier to read: one of them always has a contrast of 4.5 or more.
  const light = [1, 3, 5].map((at) => parseInt(back.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const front = light > 0.179 ? "#000" : "#fff";

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  // A shadow root keeps the page's styles out. Sizes are in em of the visitor's own text size, whatever the page's is.
  const host = document.createElement("local-offer-guide");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial !important; display: block !important; position: fixed !important; inset: auto !important; ${side}: 0 !important; bottom: 0 !important;
      z-index: 2147483647 !important; font: medium/1.4 system-ui, Arial, sans-serif !important; color-scheme: light dark !important; }
    @media print { :host { display: none !important; } }
    * { box-sizing: border-box; font: inherit; }
    [hidden] { display: none !important; }
    button { cursor: pointer; color: ${front}; background: ${back}; border: 2px solid ${front}; border-radius: 2em; min-height: 2.75em; padding: .4em 1.1em; }
    button:focus-visible { outline: 3px solid #fd0; box-shadow: 0 0 0 6px #0b0c0c; }
    .launcher { position: fixed; ${side}: 1em; bottom: 1em; max-width: calc(100vw - 2em); font-weight: 600; box-shadow: 0 1px 6px #0006; }
    .launcher:focus-visible { box-shadow: 0 0 0 6px #0b0c0c; }
    .panel { position: fixed; ${side}: 1em; bottom: 1em; width: min(26em, 100vw - 2em); max-height: calc(100vh - 2em); max-height: calc(100dvh - 2em);
      display: flex; flex-direction: column; overflow: hidden; border: 2px solid ${back}; border-radius: .6em; background: Canvas; box-shadow: 0 2px 16px #0006; }
    .bar { display: flex; align-items: center; justify-content: space-between; gap: .5em; padding: .4em .5em .4em 1em; background: ${back}; color: ${front}; font-weight: 600; }
    .bar button { flex: none; min-width: 2.75em; padding: 0 .7em; border-color: transparent; }
    .bar button:focus-visible { outline-offset: -3px; box-shadow: inset 0 0 0 6px #0b0c0c; }
    iframe { display: block; flex: 0 1 auto; width: 100%; height: 34em; min-height: 0; border: 0; background: Canvas; }
    @media (max-width: 40em), (max-height: 30em) { .panel { inset: 0; width: auto; max-height: none; border: 0; border-radius: 0; } iframe { flex: 1 1 auto; height: 0 !important; } }
    @media (forced-colors: active) { button, .panel { border: 2px solid ButtonBorder; } }
  `);
  root.adoptedStyleSheets = [sheet];

  const launcher = element("button", { type: "button", className: "launcher", textContent: title });
  const close = element("button", { type: "button", textContent: "✕", title: defaults.close });
  const frame = element("iframe", { title, allow: "clipboard-write" });
  const panel = element("div", { className: "panel", hidden: true, id: "panel" },
    element("div", { className: "bar" }, element("span", { textContent: greeting || title }), close), frame);
  launcher.setAttribute("aria-expanded", "false");
  launcher.setAttribute("aria-controls", "panel");
  close.setAttribute("aria-label", defaults.close);
  panel.setAttribute("role", "region");
  panel.setAttribute("aria-label", title);
  root.append(launcher, panel);

  const remember = (state) => {
    try { sessionStorage.setItem(kept, state); } catch { /* the visit is then not remembered */ }
  };
  const remembered = () => {
    try { return sessionStorage.getItem(kept); } catch { return null; }
  };
  const show = (open) => {
    if (open && !frame.src) frame.src = `${origin}/?embed=1`;
    panel.hidden = !open;
    launcher.hidden = open;
    launcher.setAttribute("aria-expanded", String(open));
    if (!open && frame.src) launcher.textContent = defaults.continue;
  };
  const toggle = (open) => {
    show(open);
    remember(open ? "open" : "closed");
    (open ? frame : launcher).focus();
  };

  launcher.addEventListener("click", () => toggle(true));
  close.addEventListener("click", () => toggle(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) toggle(false);
  });
  window.addEventListener("message", ({ origin: from, source, data }) => {
    if (from !== origin || source !== frame.contentWindow || !data) return;
    if (data.type === "local-offer-guide:close") toggle(false);
    if (data.type === "local-offer-guide:height" && data.height > 0) frame.style.height = `${Math.ceil(data.height)}px`;
  });

  const place = () => {
    document.documentElement.append(host);
    const state = remembered();
    // On a small screen the chat would cover the page, so there it waits behind its button.
    if (state === "open" && !small.matches) show(true);
    else if (state) launcher.textContent = defaults.continue;
  };
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
