// Puts the chat on another page: <script src=".../embed.js" data-title="..." data-position="right" data-colour="#0b4f4a" defer></script>
// It never opens by itself. Escape closes it and gives the focus back.
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const title = script.dataset.title || "Ask the Local Offer Guide";
  const side = script.dataset.position === "left" ? "left" : "right";
  const colour = /^#[0-9a-f]{6}$/i.test(script.dataset.colour || "") ? script.dataset.colour : "#0b4f4a";

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; }
    button { position: fixed; bottom: 1rem; ${side}: 1rem; z-index: 2147483646; min-height: 48px; padding: .5rem 1.2rem; border: 3px solid #fff;
      border-radius: 2rem; background: ${colour}; color: #fff; font: 600 1.0625rem/1.3 system-ui, Arial, sans-serif; cursor: pointer; }
    button:focus-visible { outline: 4px solid #ffd84d; box-shadow: 0 0 0 7px #111; }
    iframe { position: fixed; bottom: 5rem; ${side}: 1rem; z-index: 2147483647; width: min(26rem, calc(100vw - 2rem)); height: min(40rem, calc(100vh - 6.5rem));
      border: 2px solid ${colour}; border-radius: .5rem; background: #fff; }
    iframe[hidden] { display: none; }
  `);
  root.adoptedStyleSheets = [sheet];

  const launcher = document.createElement("button");
  launcher.type = "button";
  launcher.textContent = title;
  launcher.setAttribute("aria-expanded", "false");
  const frame = document.createElement("iframe");
  frame.title = title;
  frame.hidden = true;
  root.append(launcher, frame);

  function toggle(open) {
    if (open && !frame.src) frame.src = `${origin}/?embed=1`;
    frame.hidden = !open;
    launcher.setAttribute("aria-expanded", String(open));
    (open ? frame : launcher).focus();
  }

  launcher.addEventListener("click", () => toggle(frame.hidden));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !frame.hidden) toggle(false);
  });
  window.addEventListener("message", (event) => {
    if (event.origin === origin && event.source === frame.contentWindow && event.data === "local-offer-guide:close") toggle(false);
  });
  if (document.body) document.body.append(host);
  else document.addEventListener("DOMContentLoaded", () => document.body.append(host));
})();
