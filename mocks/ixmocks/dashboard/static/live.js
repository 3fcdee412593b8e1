// What do the pages do beyond what the server sends? They keep themselves up to date, and answer to keys.
"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const say = (text) => { one("#say").textContent = text; };
  const body = document.body;
  const EVERY_MS = 1000;

  // ---- live: ask whether anything happened; if so, fetch this very page and put its live part in place ----
  let paused = false;
  let written = Number(body.dataset.written);
  let busy = false;

  async function look() {
    if (busy || paused || document.hidden || !body.dataset.pulse) return;
    busy = true;
    try {
      const answer = await fetch(body.dataset.pulse, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const pulse = await answer.json();
      showClock(pulse.clock);
      body.classList.remove("lost");
      if (pulse.written !== written) {
        const before = written;
        written = pulse.written;
        await refresh(pulse.written - before);
      }
    } catch {
      if (!body.classList.contains("lost")) say("The server does not answer; this page tries again.");
      body.classList.add("lost");
    } finally {
      busy = false;
    }
  }

  function showClock(clock) {
    const shown = one("[data-clock] time");
    if (!shown || shown.textContent === clock.shown) return;
    shown.textContent = clock.shown;
    shown.dateTime = clock.exact;
    one("[data-clock]").title = clock.exact;
  }

  async function refresh(count) {
    const live = one("[data-live]");
    if (!live || live.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) return;
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#live");
    if (!fresh) return;
    all("[data-fresh]").forEach((part) => {
      const now = page.getElementById(part.id);
      if (now && now.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) part.replaceChildren(...now.childNodes);
    });
    const known = new Set(all("tr[id]", live).map((row) => row.id));
    const open = new Set(all("details[open]", live).map(place));
    const focus = document.activeElement && live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const here = one("tr.here a", live)?.getAttribute("href");
    const papers = new Map(all("object", live).map((paper) => [paper.getAttribute("data"), paper]));
    live.replaceChildren(...fresh.childNodes);
    all("object", live).forEach((paper) => papers.has(paper.getAttribute("data")) && paper.replaceWith(papers.get(paper.getAttribute("data"))));
    all("details", live).forEach((each) => { if (open.has(place(each))) each.open = true; });
    if (known.size) all("tr[id]", live).forEach((row) => { if (!known.has(row.id)) row.classList.add("fresh"); });
    if (here) all("tr[data-row]", live).find((row) => one("a", row)?.getAttribute("href") === here)?.classList.add("here");
    if (focus) all("a", live).find((link) => link.getAttribute("href") === focus)?.focus({ preventScroll: true });
    if (count > 0) say(`${count} new ${count === 1 ? "event" : "events"}`);
  }

  const place = (details) => `${details.className}#${all("details").indexOf(details)}`;

  if (body.dataset.pulse) {
    setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
  }

  function pause() {
    const button = one("[data-pause]");
    paused = !paused;
    if (button) {
      button.setAttribute("aria-pressed", String(paused));
      button.textContent = paused ? "Resume" : "Pause";
    }
    say(paused ? "Live updates are paused." : "Live updates go on.");
    look();
  }

  // ---- rows: j and k move, Enter opens ----
  function move(step) {
    const rows = all("tr[data-row], article.op, details.act").filter((row) => !row.hidden);
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("here"));
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    rows.forEach((row) => row.classList.toggle("here", row === next));
    (one("a, summary", next) || next).focus();
    next.scrollIntoView({ block: "nearest" });
  }

  // ---- search within a page ----
  all("[data-filter]").forEach((input) => {
    const sift = () => {
      const words = input.value.trim().toLowerCase().split(/\s+/);
      let shown = 0;
      all(input.dataset.filter).forEach((each) => {
        each.hidden = !words.every((word) => each.dataset.find.includes(word));
        if (!each.hidden) shown += 1;
      });
      if (input.value) say(`${shown} fit`);
    };
    input.addEventListener("input", sift);
    if (input.value) sift();
  });

  // ---- copy ----
  all("[data-copy]").forEach((button) => {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(one(button.dataset.copy).textContent.trim());
      say("Copied.");
      button.textContent = "Copied";
    });
  });

  // ---- keys ----
  const TABS = { i: "instalments", j: "journal", t: "controls", a: "actions", s: "states", c: "connect" };
  const dialog = one("#keys");
  let going = false;
  const KEYS = {
    "/": () => one("[data-search]")?.focus(),
    "j": () => move(1),
    "k": () => move(-1),
    "p": () => body.dataset.pulse && pause(),
    "?": () => dialog.showModal(),
    "g": () => { going = true; setTimeout(() => { going = false; }, 1500); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (going) {
      going = false;
      if (event.key === "w") location.href = one(".brand").href;
      const tab = TABS[event.key];
      const link = tab && one(`.tabs a[href$="/${tab}"]`);
      if (link) location.href = link.href;
      if (link || event.key === "w") event.preventDefault();
      return;
    }
    const act = KEYS[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  all("[data-keys]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => dialog.showModal()); });
  // Not by scrollIntoView: from where that went, newer browsers begin to tab, past the link that skips all this.
  const tabs = one(".tabs");
  const current = tabs && one("[aria-current]", tabs);
  if (current) {
    const [within, it] = [tabs.getBoundingClientRect(), current.getBoundingClientRect()];
    tabs.scrollLeft += it.left - within.left - (within.width - it.width) / 2;
  }
  const button = one("[data-pause]");
  if (button) { button.hidden = false; button.addEventListener("click", pause); }

  // ---- a message of a past action does not come back with the page ----
  const url = new URL(location.href);
  if (url.searchParams.has("done") || url.searchParams.has("wrong")) {
    url.searchParams.delete("done");
    url.searchParams.delete("wrong");
    history.replaceState(null, "", url);
  }
})();
