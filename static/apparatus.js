/* The little that the pages do by themselves. Everything works without it. */
"use strict";

(() => {
  /* A page for nobody: what htmx wrote of the addresses of somebody is gone. */
  if (!document.documentElement.dataset.who) sessionStorage.clear();

  const focusOn = (element) => {
    if (!element) return;
    if (!element.matches("a, button, input, select, textarea, [tabindex]")) element.tabIndex = -1;
    element.focus();
  };

  /* After an answer with mistakes, or after a part of the page was replaced, the reader is taken to what is new. */
  const settle = (within) => focusOn(within.querySelector(".errors") || within.querySelector("[data-focus]"));

  /* Fields that only some answers need: <div data-shown-when="outcome=MISSED PARTLY">. */
  const showWhatIsNeeded = (form) => {
    for (const part of form.querySelectorAll("[data-shown-when]")) {
      const [name, values] = part.dataset.shownWhen.split("=");
      const chosen = new FormData(form).getAll(name);
      part.hidden = !values.split(" ").some((value) => chosen.includes(value));
    }
  };
  const prepare = (within) => within.querySelectorAll("form").forEach(showWhatIsNeeded);

  document.addEventListener("DOMContentLoaded", () => {
    prepare(document);
    settle(document);
    document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (form) showWhatIsNeeded(form);
  });

  /* A form is sent once, however often the button is pressed. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get" || form.matches("[hx-post]")) return;
    if (form.getAttribute("aria-busy") === "true") event.preventDefault();
    else form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[aria-busy]").forEach((form) => form.removeAttribute("aria-busy"));
  });

  document.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));
  document.addEventListener("htmx:afterSettle", (event) => {
    const fresh = event.detail.elt;
    prepare(fresh.parentElement || document);
    settle(fresh);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  /* Shortcuts: / search, g d my day, g c cases, ? help. They can be switched off in the preferences. */
  if (document.documentElement.dataset.shortcuts !== "on") return;
  const address = (name) => document.querySelector(`[data-shortcut="${name}"]`)?.href;
  let began = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const second = Date.now() - began < 1500;
    began = 0;
    let to;
    if (event.key === "g") began = Date.now();
    else if (second) to = address(`g ${event.key}`);
    else if (event.key === "?") to = address("?");
    else if (event.key === "/") {
      const box = document.querySelector("main input[type=search]") || document.querySelector(".find input");
      if (box?.offsetParent) {
        event.preventDefault();
        box.focus();
      } else to = address("/");
    }
    if (to) {
      event.preventDefault();
      location.assign(to);
    }
  });
})();
