"use strict";
// Measures contrast (WCAG 2) from computed styles. Lists [what, lowest contrast, whether it is large text].
const parsed = (color) => {
  const numbers = color.match(/[\d.]+/g).map(Number);
  return [...numbers.slice(0, 3), numbers[3] ?? 1];
};
const over = ([red, green, blue, alpha], base) => [red, green, blue].map((one, at) => one * alpha + base[at] * (1 - alpha));
const luminance = (color) => color.map((one) => one / 255)
  .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
  .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);

function ratio(color, base) {
  const [dark, bright] = [over(parsed(color), base), base].map(luminance).sort((one, other) => one - other);
  return (bright + 0.05) / (dark + 0.05);
}

// All colours that may be behind an element: white and black over what `pictures` selects.
function behind(element, pictures) {
  const layers = [];
  let bases = [[255, 255, 255]];
  for (let one = element; one; one = one.parentElement) {
    const color = parsed(getComputedStyle(one).backgroundColor);
    layers.unshift(color);
    if (color[3] === 1) break;
    if (one.matches(pictures)) {
      bases = [[0, 0, 0], [255, 255, 255]];
      break;
    }
  }
  return bases.map((base) => layers.reduce((below, layer) => over(layer, below), base));
}

const least = (color, element, pictures) => Math.min(...behind(element, pictures).map((base) => ratio(color, base)));
const isSeen = (element) =>
  element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getBoundingClientRect().width > 1;

function texts(pictures) {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
    if (!text || !isSeen(element) || element.closest("option, script, style")) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    found.push([text.slice(0, 40), least(style.color, element, pictures), isLarge]);
  }
  for (const input of document.querySelectorAll("[placeholder]")) {
    found.push([input.placeholder, least(getComputedStyle(input, "::placeholder").color, input, pictures), false]);
  }
  return found;
}

// An outline over a picture may have a ring around it, of which one is seen over any colour.
function focus(one, pictures) {
  const shown = one.name === "state" ? one.nextElementSibling : one, style = getComputedStyle(shown);
  const colors = [style.outlineStyle === "none" ? "rgb(0 0 0 / 0)" : style.outlineColor];
  if (style.boxShadow !== "none") colors.push(style.boxShadow.slice(0, style.boxShadow.indexOf(")") + 1));
  const bases = behind(shown.parentElement, pictures);
  return Math.min(...bases.map((base) => Math.max(...colors.map((color) => ratio(color, base)))));
}

function controls(pictures) {
  const found = [];
  for (const one of document.querySelectorAll("input[type=search], select")) {
    if (isSeen(one)) found.push([`border: ${one.id}`, least(getComputedStyle(one).borderTopColor, one.parentElement, pictures), false]);
  }
  for (const one of document.querySelectorAll("a, input, select, summary")) {
    one.focus({ focusVisible: true });
    if (document.activeElement === one) found.push([`focus: ${one.id || one.name || one.tagName}`, focus(one, pictures), false]);
  }
  for (const one of document.querySelectorAll(".line path, .line circle")) {
    const color = getComputedStyle(one)[one.tagName === "path" ? "stroke" : "fill"];
    found.push([`history: ${one.getAttribute("class")}`, least(color, one.closest("section"), pictures), false]);
  }
  return found;
}
