"use strict";
// Article pages: claims light their words and words light their claims. Index and sources: tables of JSON rows.

(() => {
  const PAGE = 200;

  function names(value) {
    return value ? value.split(" ") : [];
  }

  function articlePage() {
    const runs = [...document.querySelectorAll(".run")];
    const lit = () => document.querySelectorAll(".lit, .lit-named, .lit-cue");
    const clear = () => lit().forEach((each) => each.classList.remove("lit", "lit-named", "lit-cue"));

    // an assertion is c1.2, its hops c1.2:1 and so on, its claim c1
    function light(wanted) {
      clear();
      const isOf = (name) => wanted.has(name.split(":")[0]);
      runs.forEach((run) => {
        const marks = {
          lit: names(run.dataset.evidence).some(isOf),
          "lit-named": names(run.dataset.sources).some(isOf),
          "lit-cue": names(run.dataset.cues).some(isOf),
        };
        if (Object.values(marks).some(Boolean)) run.classList.add("lit");
        Object.entries(marks).forEach(([name, on]) => on && run.classList.add(name));
      });
      document.querySelectorAll(".assertion").forEach((each) => {
        if (!wanted.has(each.dataset.assertion)) return;
        each.classList.add("lit");
        each.closest(".claim").classList.add("lit");
      });
    }

    function assertionsOf(element) {
      const own = element.closest(".assertion");
      if (own) return new Set([own.dataset.assertion]);
      const claim = element.closest(".claim");
      return new Set([...claim.querySelectorAll(".assertion")].map((each) => each.dataset.assertion));
    }

    function reached(event) {
      if (event.target.closest(".claim")) light(assertionsOf(event.target));
    }

    const claims = document.querySelector("ol.claims");
    claims.addEventListener("mouseover", reached);
    claims.addEventListener("focusin", reached);
    claims.addEventListener("mouseleave", clear);
    claims.addEventListener("focusout", clear);
    claims.addEventListener("keydown", (event) => {
      const first = document.querySelector(".run.lit");
      if (event.key === "Enter" && first) first.scrollIntoView({ block: "center" });
    });

    const text = document.getElementById("text");
    if (!text) return;
    text.addEventListener("mouseover", (event) => {
      const run = event.target.closest(".run");
      if (!run) return clear();
      const all = [...names(run.dataset.evidence), ...names(run.dataset.sources), ...names(run.dataset.cues)];
      light(new Set(all.map((name) => name.split(":")[0])));
    });
    text.addEventListener("mouseleave", clear);
    text.addEventListener("click", (event) => {
      const run = event.target.closest(".run");
      const shown = run && document.querySelector(".assertion.lit");
      if (shown) shown.scrollIntoView({ block: "center" });
    });
    document.querySelectorAll(".legend input").forEach((box) =>
      box.addEventListener("change", () =>
        text.querySelectorAll(`.segment[data-label="${box.dataset.label}"]`).forEach((segment) =>
          segment.classList.toggle("off", !box.checked)
        )
      )
    );
  }

  // Rows come as arrays of cells under named columns; a cell is put in as text, never as HTML.
  function tablePage(data, matches, fill) {
    const body = document.querySelector("tbody");
    const count = document.getElementById("count");
    const more = document.getElementById("more");
    const controls = [...document.querySelectorAll(".filters [data-filter]")];
    const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
    let sorted = null;
    let found = data.rows;
    let shown = 0;

    function showMore() {
      const part = document.createDocumentFragment();
      found.slice(shown, shown + PAGE).forEach((row) => part.append(fill(row)));
      shown = Math.min(found.length, shown + PAGE);
      body.append(part);
      more.hidden = shown >= found.length;
      count.textContent = `${found.length} of ${data.rows.length}, ${shown} shown`;
    }

    function refresh() {
      const asked = Object.fromEntries(controls.map((each) => [each.dataset.filter, each.value.trim().toLowerCase()]));
      found = data.rows.filter((row) => matches(row, asked));
      if (sorted) {
        const { at, down } = sorted;
        found.sort((one, other) => {
          const [a, b] = [one[at], other[at]];
          const order = typeof a === "number" ? a - b : collator.compare(a ?? "", b ?? "");
          return down ? -order : order;
        });
      }
      body.replaceChildren();
      shown = 0;
      showMore();
    }

    controls.forEach((each) => each.addEventListener("input", refresh));
    more.addEventListener("click", showMore);
    document.querySelectorAll("th[data-column]").forEach((head) =>
      head.querySelector("button").addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        document.querySelectorAll("th[aria-sort]").forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sorted = { at: data.columns.indexOf(head.dataset.column), down };
        refresh();
      })
    );
    refresh();
  }

  function cell(row, value, { href = null, number = false } = {}) {
    const made = row.insertCell();
    if (number) made.className = "number";
    const isolated = document.createElement("bdi");
    isolated.textContent = value ?? "";
    if (href) {
      const link = document.createElement("a");
      link.href = href;
      link.append(isolated);
      made.append(link);
    } else {
      made.append(isolated);
    }
    return made;
  }

  const has = (value, asked) => !asked || String(value ?? "").toLowerCase().includes(asked);

  function indexPage(data) {
    const at = Object.fromEntries(data.columns.map((name, index) => [name, index]));
    const get = (row, name) => row[at[name]];
    tablePage(
      data,
      (row, asked) =>
        (!asked.status || get(row, "status") === asked.status) &&
        (!asked.label || get(row, "labels").includes(asked.label)) &&
        (!asked.source || get(row, "sources").some((name) => has(name, asked.source))) &&
        (!asked.search || ["title", "id", "site", "published"].some((name) => has(get(row, name), asked.search)) ||
          get(row, "sources").some((name) => has(name, asked.search))),
      (row) => {
        const line = document.createElement("tr");
        cell(line, get(row, "title"), { href: `articles/${get(row, "page")}` });
        cell(line, get(row, "status")).firstChild.className = `status ${get(row, "status")}`;
        cell(line, get(row, "published"));
        cell(line, get(row, "site"));
        ["claims", "denied", "attributed", "rejected", "comments"].forEach((name) =>
          cell(line, get(row, name), { number: true })
        );
        return line;
      }
    );
  }

  function sourcesPage(data) {
    const at = Object.fromEntries(data.columns.map((name, index) => [name, index]));
    const get = (row, name) => row[at[name]];
    tablePage(
      data,
      (row, asked) =>
        (!asked.kind || get(row, "kind") === asked.kind) &&
        (!asked.search || has(get(row, "name"), asked.search) || get(row, "through").some((name) => has(name, asked.search)) ||
          get(row, "says").some(([text]) => has(text, asked.search))),
      (row) => {
        const line = document.createElement("tr");
        cell(line, get(row, "name"));
        cell(line, get(row, "kind"));
        ["articles", "affirms", "denies", "carries"].forEach((name) => cell(line, get(row, name), { number: true }));
        cell(line, get(row, "through").join(", "));
        const said = line.insertCell();
        const list = document.createElement("ul");
        get(row, "says").forEach(([text, page, id, stance]) => {
          const item = document.createElement("li");
          const link = document.createElement("a");
          link.href = `articles/${page}#${id}`;
          const words = document.createElement("bdi");
          words.textContent = (stance === "denies" ? "denies: " : "") + text;
          link.append(words);
          item.append(link);
          list.append(item);
        });
        if (list.childElementCount) said.append(list);
        return line;
      }
    );
  }

  const kind = document.body.className.split(" ")[0];
  const rows = document.getElementById("rows");
  if (kind === "article") articlePage();
  if (kind === "index") indexPage(JSON.parse(rows.textContent));
  if (kind === "sources") sourcesPage(JSON.parse(rows.textContent));
})();
