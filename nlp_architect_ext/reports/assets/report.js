"use strict";
// Everything can be read without this script: it sorts, filters, and shows titles to keyboards and at once.

for (const table of document.querySelectorAll("table[data-sortable]")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => sort(table, heads, column));
  });
}

function sort(table, heads, column) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const values = new Map(rows.map((row) => [row, value(row.cells[column].textContent)]));
  const isNumber = [...values.values()].some((one) => typeof one === "number");
  // The largest number first, names from A to Z; once more turns it round.
  const first = isNumber ? "descending" : "ascending";
  const other = isNumber ? "ascending" : "descending";
  const order = heads[column].getAttribute("aria-sort") === first ? other : first;
  const sign = order === "ascending" ? 1 : -1;
  rows.sort((a, b) => sign * compare(values.get(a), values.get(b)));
  body.append(...rows);
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[column].setAttribute("aria-sort", order);
}

function value(text) {
  const found = /^[+-]?[0-9][0-9,]*(\.[0-9]+)?(?=\s|$)/.exec(text); // of "36.2 ± 1.9" the first one
  return found ? parseFloat(found[0].replaceAll(",", "")) : text;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === typeof b) return a.localeCompare(b);
  return typeof a === "number" ? 1 : -1; // what isn't known counts less than any number
}

for (const form of document.querySelectorAll("form[data-filter]")) {
  const choices = [...form.querySelectorAll("select")];
  const show = () => {
    let shown = 0;
    for (const group of document.querySelectorAll("[data-group]")) {
      const items = [...group.querySelectorAll("li[data-kind]")];
      for (const item of items) {
        item.hidden = choices.some((one) => one.value && item.dataset[one.name] !== one.value);
      }
      const visible = items.filter((item) => !item.hidden).length;
      group.hidden = !visible;
      shown += visible;
    }
    form.querySelector("output").textContent = `${shown} shown`;
  };
  form.hidden = false;
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
}

// Titles: at once under the pointer, by Tab and arrow keys within [data-walk], away by Escape.
const tip = document.createElement("div");
tip.id = "tip";
tip.hidden = true;
tip.setAttribute("role", "tooltip");
document.body.append(tip);
let shownFor = null;

function titleOf(item) {
  if (item.hasAttribute("title")) {
    item.dataset.tip = item.title;
    item.removeAttribute("title"); // or the browser would show it beside ours
  }
  const own = item.querySelector(":scope > title");
  if (own) {
    item.dataset.tip = own.textContent;
    own.remove();
  }
  return item.dataset.tip;
}

function show(item) {
  const says = titleOf(item);
  if (!says) {
    hide(); // a cell without entities
    return;
  }
  tip.textContent = says;
  tip.hidden = false;
  const box = item.getBoundingClientRect();
  const room = document.documentElement.clientWidth;
  const left = Math.min(Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2), room - tip.offsetWidth - 8);
  const above = box.top - tip.offsetHeight - 6;
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${(above > 0 ? above : box.bottom + 6) + scrollY}px`;
  shownFor = item;
}

function hide() {
  tip.hidden = true;
  shownFor = null;
}

document.addEventListener("pointerover", (event) => {
  const item = event.target.closest(".tip");
  if (item) show(item);
  else if (shownFor !== document.activeElement) hide();
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches(".tip")) show(event.target);
});
document.addEventListener("focusout", hide);

for (const walk of document.querySelectorAll("[data-walk]")) {
  const first = walk.querySelector(".tip");
  if (first) first.setAttribute("tabindex", "0");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
  const walk = event.target.closest(".tip") && event.target.closest("[data-walk]");
  if (!walk) return;
  const items = [...walk.querySelectorAll(".tip")];
  const row = Number(walk.dataset.walk) || 1;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row, Home: -items.length, End: items.length };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const at = items.indexOf(event.target) + steps[event.key];
  const isPast = row > 1 && (at < 0 || at >= items.length) && event.key.startsWith("Arrow");
  if (isPast) return;
  const next = items[Math.min(Math.max(at, 0), items.length - 1)];
  event.target.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
});

addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details")) one.open = true;
});
