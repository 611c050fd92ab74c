"use strict";
// Article pages: claims light their words and words light their claims. Index and sources: tables of JSON rows.

(() => {
  const PAGE = 200;

  function names(value) {
    return value ? value.split(" ") : [];
  }

  const SVG = "http://www.w3.org/2000/svg";
  const SETTLED = 250; // milliseconds that a pointer rests before the page moves

  function articlePage() {
    const runs = [...document.querySelectorAll(".run")];
    const text = document.getElementById("text");
    const claims = document.querySelector("ol.claims");
    const told = document.getElementById("lit-claims");
    const MARKS = ["lit", "lit-evidence", "lit-named", "lit-cue"];
    let kept = null; // what the keyboard lit: a pointer that leaves gives it back
    let moving = 0;
    let moved = false; // the page, and the pointer not since: what it is over now was not pointed at

    function clear() {
      document.querySelectorAll(".lit").forEach((each) => each.classList.remove(...MARKS));
      document.querySelectorAll(".run[data-step]").forEach((each) => delete each.dataset.step);
      document.querySelectorAll("svg.drawn").forEach((each) => each.remove());
      if (told) told.textContent = "";
      clearTimeout(moving);
    }

    // an assertion is c1.2, its hops c1.2:1 and so on, its claim c1
    function light(wanted) {
      clear();
      const isOf = (name) => wanted.has(name.split(":")[0]);
      runs.forEach((run) => {
        const marks = {
          "lit-evidence": names(run.dataset.evidence).some(isOf),
          "lit-named": names(run.dataset.sources).some(isOf),
          "lit-cue": names(run.dataset.cues).some(isOf),
        };
        const on = Object.keys(marks).filter((name) => marks[name]);
        if (on.length) run.classList.add("lit", ...on);
      });
      document.querySelectorAll(".assertion").forEach((each) => {
        if (!wanted.has(each.dataset.assertion)) return;
        each.classList.add("lit");
        each.closest(".claim").classList.add("lit");
      });
      wanted.forEach(draw);
      if (told) told.textContent = wanted.size ? `Assertions: ${[...wanted].join(", ")}` : "";
    }

    // the chain through the text: from who passes on to who said it, and on to the words they said
    function draw(assertion) {
      const words = [];
      const last = document.querySelectorAll(`.assertion[data-assertion="${assertion}"] .hop`).length;
      for (let step = 1; step <= last; step += 1) {
        const run = runs.find((each) => names(each.dataset.sources).includes(`${assertion}:${step}`));
        if (run) words.push(run);
      }
      const said = runs.find((each) => names(each.dataset.evidence).includes(assertion));
      if (!words.length || !said) return;
      const frame = text.getBoundingClientRect();
      const places = [...words, said].map((each) => {
        const box = each.getClientRects()[0];
        return [box.left - frame.left + Math.min(box.width, 24) / 2, box.top - frame.top];
      });
      const svg = document.createElementNS(SVG, "svg");
      svg.setAttribute("class", "drawn");
      svg.setAttribute("aria-hidden", "true");
      svg.dataset.assertion = assertion;
      places.forEach(([x, y], index) => {
        if (index < words.length) {
          const mark = document.createElementNS(SVG, "circle");
          Object.entries({ cx: x, cy: y, r: 4 }).forEach(([name, value]) => mark.setAttribute(name, value));
          svg.append(mark);
        }
        if (!index) return;
        const [fromX, fromY] = places[index - 1];
        const line = document.createElementNS(SVG, "path");
        const top = Math.min(y, fromY) - 14;
        line.setAttribute("d", `M${fromX} ${fromY} C${fromX} ${top}, ${x} ${top}, ${x} ${y}`);
        svg.append(line);
      });
      text.parentElement.append(svg);
    }

    function assertionsOf(element) {
      const own = element.closest(".assertion");
      if (own) return new Set([own.dataset.assertion]);
      const claim = element.closest(".claim");
      return new Set([...claim.querySelectorAll(".assertion")].map((each) => each.dataset.assertion));
    }

    function assertionsUnder(run) {
      const all = [...names(run.dataset.evidence), ...names(run.dataset.sources), ...names(run.dataset.cues)];
      return new Set(all.map((name) => name.split(":")[0]));
    }

    // Where the pointer rests, what it lights comes into view if none of it is; not in one column, where the
    // page would move away under the pointer.
    function reveal(lit) {
      clearTimeout(moving);
      const holder = text && text.closest(".source-text");
      if (!holder || getComputedStyle(holder).position !== "sticky") return;
      moving = setTimeout(() => {
        const found = [...document.querySelectorAll(lit)];
        const around = found.length && holder.contains(found[0]) ? holder.getBoundingClientRect() : { top: 0, bottom: innerHeight };
        const isSeen = ({ top, bottom }) => bottom > around.top && top < Math.min(around.bottom, innerHeight);
        if (!found.length || found.some((each) => isSeen(each.getBoundingClientRect()))) return;
        const wanted = found[0].getBoundingClientRect().top - around.top - (Math.min(around.bottom, innerHeight) - around.top) / 2;
        moved = true;
        (holder.contains(found[0]) ? holder : window).scrollBy({ top: wanted });
      }, SETTLED);
    }

    function leave() {
      if (moved) return;
      if (kept) light(kept);
      else clear();
    }

    function point({ target }) {
      if (moved) return;
      const run = target.closest(".run");
      if (run && text) {
        light(assertionsUnder(run));
        reveal(".assertion.lit");
      } else if (target.closest(".claim")) {
        light(assertionsOf(target));
        reveal(".run.lit-evidence");
      } else leave();
    }

    document.addEventListener("mousemove", (event) => {
      if (!moved || !(event.movementX || event.movementY)) return;
      moved = false;
      point(event);
    });
    claims.addEventListener("mouseover", point);
    claims.addEventListener("focusin", (event) => {
      kept = assertionsOf(event.target);
      light(kept);
    });
    claims.addEventListener("mouseleave", leave);
    claims.addEventListener("focusout", () => {
      kept = null;
      clear();
    });
    claims.addEventListener("keydown", (event) => {
      const first = document.querySelector(".run.lit-evidence");
      if (event.key === "Enter" && first) {
        if (first.tabIndex < 0) first.focus();
        first.scrollIntoView({ block: "center" });
      }
    });

    if (!text) return;
    text.addEventListener("mouseover", point);
    text.addEventListener("mouseleave", leave);
    text.addEventListener("click", (event) => {
      const run = event.target.closest(".run");
      const shown = run && document.querySelector(".assertion.lit");
      if (shown) shown.scrollIntoView({ block: "center" });
    });

    // one stop for the Tab key; arrows go from one marked run to the next, Enter to its first assertion
    text.addEventListener("keydown", (event) => {
      const at = runs.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: runs.length - 1 };
      if (event.key in to) {
        const run = runs[Math.max(0, Math.min(runs.length - 1, to[event.key]))];
        if (run) run.focus();
        event.preventDefault();
      } else if (event.key === "Enter" && at >= 0) {
        const shown = document.querySelector(".assertion.lit");
        if (shown) shown.focus();
      } else if (event.key === "Escape") {
        text.focus();
      }
    });
    text.addEventListener("focusin", (event) => {
      const run = event.target.closest(".run");
      kept = run && assertionsUnder(run);
      leave();
    });
    text.addEventListener("focusout", () => {
      kept = null;
      clear();
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
      const asked = Object.fromEntries(
        controls.map((each) => [each.dataset.filter, each.tagName === "SELECT" ? each.value : plain(each.value.trim())])
      );
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
    window.addEventListener("beforeprint", () => {
      while (shown < found.length) showMore();
    });
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

  // letters without case and accents: "prefecture" finds Préfecture
  const plain = (value) => String(value ?? "").normalize("NFKD").replace(/\p{M}/gu, "").replace(/[\u2018\u2019]/g, "'").toLowerCase();
  const has = (value, asked) => !asked || plain(value).includes(asked);

  function andMore(parent, total, shown) {
    if (total <= shown) return;
    const told = document.createElement("span");
    told.className = "more";
    told.textContent = ` and ${total - shown} more`;
    parent.append(told);
  }

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
        andMore(cell(line, get(row, "through").join(", ")), get(row, "carriers"), get(row, "through").length);
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
        andMore(said, get(row, "affirms") + get(row, "denies"), get(row, "says").length);
        return line;
      }
    );
  }

  // a name in the drawing lights its bands, and pressed it finds its rows in the table
  function graph() {
    const drawn = document.querySelector("svg.graph");
    if (!drawn) return;
    const search = document.querySelector('[data-filter="search"]');
    const nodes = [...drawn.querySelectorAll(".node")];
    const bands = [...drawn.querySelectorAll(".edge")];
    const light = (wanted) => bands.forEach((band) => band.classList.toggle("lit", wanted(band.dataset)));
    nodes.forEach((node) => {
      const { node: number } = node.dataset;
      const on = () => light(({ from, to }) => from === number || to === number);
      const off = () => light(() => false);
      node.addEventListener("mouseenter", on);
      node.addEventListener("focus", on);
      node.addEventListener("mouseleave", off);
      node.addEventListener("blur", off);
      node.addEventListener("click", () => {
        search.value = "source" in node.dataset ? node.querySelector("title").textContent : "";
        search.dispatchEvent(new Event("input"));
      });
    });
  }

  const kind = document.body.className.split(" ")[0];
  const rows = document.getElementById("rows");
  if (kind === "article") articlePage();
  if (kind === "index") indexPage(JSON.parse(rows.textContent));
  if (kind === "sources") {
    sourcesPage(JSON.parse(rows.textContent));
    graph();
  }
})();
