"use strict";
(() => {
  const form = document.getElementById("find");
  const query = document.getElementById("query");
  const found = document.getElementById("found");
  const claims = [...document.querySelectorAll("article.claim")];
  const words = new Map(claims.map((c) => [c, (c.id + " " + c.textContent).toLowerCase()]));
  const boxes = [...form.querySelectorAll("input[name=verdict]")];

  function apply() {
    const wanted = query.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = new Set(boxes.filter((b) => b.checked).map((b) => b.value));
    let shown = 0;
    for (const claim of claims) {
      const text = words.get(claim);
      const keep = verdicts.has(claim.dataset.verdict) && wanted.every((w) => text.includes(w));
      claim.hidden = !keep;
      shown += keep;
    }
    for (const chapter of document.querySelectorAll("section.chapter")) {
      chapter.hidden = !chapter.querySelector("article.claim:not([hidden])");
    }
    found.textContent = shown === claims.length ? "" : `${shown} of ${claims.length} claims`;
  }

  // A link to a claim that the filter hides shows everything again.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) {
      query.value = "";
      boxes.forEach((box) => { box.checked = true; });
      apply();
      target.scrollIntoView();
    }
  }

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", reveal);
  apply();
})();
