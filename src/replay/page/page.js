"use strict";
// Groups open by a button, so that the keyboard opens them too; a table shows the rows that hold all words of its field.
for (const button of document.querySelectorAll("button[aria-controls]")) {
  const shown = document.getElementById(button.getAttribute("aria-controls"));
  shown.hidden = true;
  button.disabled = false;
  button.addEventListener("click", () => {
    shown.hidden = !shown.hidden;
    button.setAttribute("aria-expanded", String(!shown.hidden));
  });
}
for (const field of document.querySelectorAll("input[type=search]")) {
  const section = field.closest("section");
  const rows = [...section.querySelectorAll("[data-row]")];
  const texts = rows.map((row) => row.querySelector("tr").textContent.toLowerCase());
  const told = section.querySelector("output");
  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at].includes(word));
      count += row.hidden ? 0 : 1;
    });
    told.textContent = `${count} of ${rows.length}`;
  };
  field.addEventListener("input", filter);
  field.closest("label").hidden = false;
  filter();
}
