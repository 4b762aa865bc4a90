// Finds questions and sorts tables. Without it a page lacks nothing but these: all that it shows is in the page.
"use strict";
const search = document.querySelector("#find");
if (search) {
  search.hidden = false;
  const box = search.querySelector("input");
  const told = search.querySelector("output");
  const found = [...document.querySelectorAll("[data-find]")];
  box.addEventListener("input", () => {
    const words = box.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of found) {
      const text = one.dataset.find.toLocaleLowerCase();
      one.hidden = !words.every((word) => text.includes(word));
      shown += !one.hidden;
    }
    told.textContent = words.length ? `${shown} of ${found.length} shown` : "";
  });
}
const number = (cell) => {
  const text = cell ? cell.textContent.replace(/,/g, "").match(/-?\d+(\.\d+)?/) : null;
  return text ? Number(text[0]) : Number.NEGATIVE_INFINITY;
};
const label = (cell) => (cell ? cell.textContent.trim() : "");
for (const table of document.querySelectorAll("table.topline, table.sorts")) {
  const body = table.tBodies[0];
  const first = [...body.rows];
  if (first.length < 3) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      const now = was === "descending" ? "ascending" : was === "ascending" ? null : "descending";
      for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
      if (now) head.setAttribute("aria-sort", now);
      const way = now === "ascending" ? 1 : -1;
      const compare = head.classList.contains("n")
        ? (a, b) => number(a.cells[column]) - number(b.cells[column]) || 0
        : (a, b) => label(a.cells[column]).localeCompare(label(b.cells[column]));
      body.append(...(now ? [...first].sort((a, b) => way * compare(a, b)) : first));
    });
  });
}
