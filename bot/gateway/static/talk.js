// Shows what a family writes as it comes. Without JavaScript the link "Look for new messages" does.
const talk = document.getElementById("talk");
const heard = document.getElementById("heard");

new EventSource(talk.dataset.events).addEventListener("message", (event) => {
  const line = JSON.parse(event.data);
  const item = document.createElement("li");
  const name = document.createElement("strong");
  const text = document.createElement("p");
  name.textContent = line.from === "user" ? talk.dataset.family : line.name ?? "";
  text.textContent = line.text;
  text.className = "govuk-body staff-said";
  item.append(name, text);
  talk.append(item);
  if (line.from !== "user") return;
  heard.textContent = "";
  heard.textContent = heard.dataset.new;
});
