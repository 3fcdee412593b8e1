"use strict";
(() => {
  const checks = [...document.querySelectorAll("details.check")];
  const bar = document.querySelector(".filter");
  if (!bar) return;
  const find = document.getElementById("find");
  const picks = [...bar.querySelectorAll("input[type=checkbox]")];
  const shown = document.getElementById("shown");
  const texts = new Map(checks.map((check) => [check, check.textContent.toLowerCase()]));
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(picks.filter((pick) => pick.checked).map((pick) => pick.value));
    let count = 0;
    for (const check of checks) {
      const fits = wanted.has(check.dataset.verdict) && words.every((word) => texts.get(check).includes(word));
      check.hidden = !fits;
      count += fits;
    }
    shown.textContent = count === checks.length ? "" : `${count} of ${checks.length} checks shown`;
  };
  const all = (open) => checks.forEach((check) => { if (!check.hidden) check.open = open; });
  find.addEventListener("input", filter);
  picks.forEach((pick) => pick.addEventListener("change", filter));
  document.getElementById("open-all").addEventListener("click", () => all(true));
  document.getElementById("close-all").addEventListener("click", () => all(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && event.target.tagName !== "INPUT") { event.preventDefault(); find.focus(); }
    if (event.key === "Escape" && event.target === find) { find.value = ""; filter(); }
  });
  const follow = () => { const target = document.getElementById(location.hash.slice(1)); if (target && target.tagName === "DETAILS") target.open = true; };
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", () => checks.forEach((check) => { if (check.dataset.verdict !== "pass" && check.dataset.verdict !== "omit") check.open = true; }));
  bar.hidden = false;
  follow();
})();
