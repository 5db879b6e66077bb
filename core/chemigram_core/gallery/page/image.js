"use strict";
(() => {
  const one = (id) => document.getElementById(id);
  const states = [...document.querySelectorAll("input[name=state]")];
  const byDigest = new Map(states.map((state) => [state.value, state]));
  const frame = one("frame"), after = one("after"), before = one("before"), split = one("split"), compare = one("compare");
  const masks = new Set(); // the names of those that are switched on, in every state that has them
  let compares = true;

  const selected = () => states.find((state) => state.checked);

  function beforeOf(state) {
    if (!compares || compare.value === "none") return null;
    const found = byDigest.get(compare.value === "parent" ? state.dataset.parent : compare.value);
    return found && found.dataset.src && found !== state ? found : null;
  }

  function show() {
    const state = selected();
    const { src, width, height, title, render } = state.dataset;
    frame.hidden = !src;
    one("nothing").hidden = Boolean(src);
    one("nothing").querySelector("code").textContent = render;
    if (src) {
      frame.style.setProperty("--ratio", width / height);
      after.src = src;
      after.alt = `${document.title}, ${title}`;
    }
    showBefore(src ? beforeOf(state) : null, title);
    for (const article of document.querySelectorAll(".panel article")) {
      article.classList.toggle("current", article.id === `about-${state.value}`);
    }
    showMasks();
  }

  function showBefore(other, title) {
    for (const part of [before, split, one("before-name"), one("after-name")]) part.hidden = !other;
    if (!other) return;
    const picture = before.querySelector("img");
    picture.src = other.dataset.src;
    picture.alt = `${document.title}, ${other.dataset.title}`;
    one("before-name").textContent = other.dataset.title;
    one("after-name").textContent = title;
    move();
  }

  function move() {
    const share = split.value / 100;
    frame.style.setProperty("--split", `calc(17px + ${share} * (100% - 34px))`); // where the middle of the thumb is
    split.setAttribute("aria-valuetext", `${split.value} % before`);
  }

  function showMasks() {
    const boxes = [...document.querySelectorAll(".panel article.current .masks input")];
    for (const box of boxes) box.checked = masks.has(box.dataset.name);
    one("overlays").replaceChildren(...boxes.filter((box) => box.checked).map(overlay));
  }

  function overlay(box) {
    const picture = new Image();
    picture.src = box.dataset.src;
    picture.alt = `mask ${box.dataset.name}`;
    picture.className = "alone" in box.dataset ? "alone" : `tint-${box.dataset.tint}`;
    if (box.dataset.part) lay(picture.style, ...box.dataset.part.split(" "));
    return picture;
  }

  function lay(style, left, top, right, bottom) { // so that this part of the mask fills the frame
    const width = right - left, height = bottom - top;
    style.left = `${-100 * left / width}%`;
    style.top = `${-100 * top / height}%`;
    style.width = `${100 / width}%`;
    style.height = `${100 / height}%`;
  }

  function select(state) {
    if (!state) return;
    state.checked = true;
    state.focus();
    changed();
  }

  function changed() {
    const state = selected();
    show();
    state.closest("label").scrollIntoView({ block: "nearest", inline: "nearest" });
    history.replaceState(null, "", `#${state.value}`);
    const place = states.indexOf(state);
    for (const near of [states[place - 1], states[place + 1]]) if (near && near.dataset.src) new Image().src = near.dataset.src;
  }

  function toggle() {
    compares = !compares;
    show();
  }

  const steps = { ArrowLeft: (place) => place - 1, ArrowRight: (place) => place + 1, Home: () => 0, End: () => states.length - 1 };

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { target } = event;
    const isState = target.name === "state";
    const isFree = isState || target === split || !target.closest("input, select, a, summary");
    if (isFree && (event.key === " " || event.key === "Enter")) toggle();
    else if (target !== split && target !== compare && steps[event.key]) select(states[steps[event.key](states.indexOf(selected()))]);
    else return;
    event.preventDefault();
  });
  for (const state of states) state.addEventListener("change", changed);
  split.addEventListener("input", move);
  compare.addEventListener("change", () => { compares = true; show(); });
  document.querySelector(".panel").addEventListener("change", ({ target }) => {
    if (target.checked) masks.add(target.dataset.name);
    else masks.delete(target.dataset.name);
    showMasks();
  });

  document.documentElement.classList.add("js");
  const asked = byDigest.get(location.hash.slice(1));
  if (asked) asked.checked = true;
  show();
  selected().closest("label").scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
})();
