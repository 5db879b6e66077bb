"use strict";
(() => {
  const one = (id) => document.getElementById(id);
  const find = one("find"), tag = one("tag"), needy = one("needy");
  const cards = [...document.querySelectorAll(".card")];

  function matches(card) {
    const words = find.value.toLowerCase().split(/\s+/);
    const text = card.dataset.text.toLowerCase();
    const hasTag = !tag || !tag.value || card.dataset.tags.split(":").includes(tag.value);
    return words.every((word) => text.includes(word)) && hasTag && !(needy && needy.checked && !("needy" in card.dataset));
  }

  function filter() {
    let count = 0;
    for (const card of cards) if (!(card.hidden = !matches(card))) count += 1;
    for (const shoot of document.querySelectorAll(".shoot")) shoot.hidden = !shoot.querySelector(".card:not([hidden])");
    one("count").textContent = count === cards.length ? "" : `${count} of ${cards.length}`;
    one("no-match").hidden = count > 0 || !cards.length;
  }

  function goal(from, key) {
    const links = cards.filter((card) => !card.hidden).map((card) => card.querySelector("a")).filter(Boolean);
    const place = links.indexOf(from), here = from.getBoundingClientRect();
    if (key === "ArrowLeft") return links[place - 1];
    if (key === "ArrowRight") return links[place + 1];
    const isDown = key === "ArrowDown";
    const beyond = isDown ? links.slice(place) : links.slice(0, place).reverse();
    return beyond.find((link) => {
      const box = link.getBoundingClientRect();
      return Math.abs(box.left - here.left) < here.width / 2 && (isDown ? box.top > here.top : box.top < here.top);
    });
  }

  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  for (const kind of ["input", "change"]) document.querySelector("form").addEventListener(kind, filter);
  document.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow") || event.altKey || event.ctrlKey || event.metaKey || !event.target.closest(".card a")) return;
    const next = goal(event.target, event.key);
    if (next) next.focus();
    event.preventDefault();
  });
  filter(); // the browser may have kept what was typed
})();
