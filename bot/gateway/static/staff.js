// A button beside each text that is there to be copied; without this script people select and copy it themselves.
for (const text of document.querySelectorAll("textarea[data-copy]")) {
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "govuk-button govuk-button--secondary", textContent: text.dataset.copy,
  });
  const told = Object.assign(document.createElement("span"), { className: "govuk-hint" });
  told.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      told.textContent = text.dataset.copied;
    } catch {
      text.focus();
      text.select();
    }
  });
  text.after(button, told);
}
