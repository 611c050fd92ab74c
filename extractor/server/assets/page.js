"use strict";
// Everything that is shown goes in as text, never as markup.
const by = (id) => document.getElementById(id);
const PAGES = [".html", ".htm", ".xhtml"];
const TABLES = [".jsonl", ".ndjson"];
const ENDED = ["complete", "stopped", "failed", "cancelled"];
const followed = new Set();

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function tell(text) { by("told").textContent = text; }

async function ask(path, options = {}) {
  const answer = await fetch(path, options);
  if (answer.status === 401) {
    by("entry").hidden = false;
    by("work").hidden = true;
    by("key").focus();
    throw new Error("a key is needed");
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.detail || answer.statusText);
  }
  return answer;
}

async function begin() {
  const { jobs } = await (await ask("/v1/jobs")).json();
  by("entry").hidden = true;
  by("work").hidden = false;
  for (const job of jobs.reverse()) show(job);
}

function show(job) {
  by("none").hidden = true;
  let item = by(`job-${job.id}`);
  if (!item) {
    item = element("li", null, { id: `job-${job.id}` });
    by("jobs").prepend(item);
  }
  const { articles, done_before, complete, partial, failed, cost } = job.progress;
  const done = done_before + complete + partial + failed;
  const over = ENDED.includes(job.state);
  const what = element("div", null, { class: "what" });
  what.append(element("strong", job.state), element("span", counted(job.progress, over ? job.cost : cost)));
  const bar = element("progress", null, { "aria-label": "articles done" });
  bar.max = articles || 1;
  bar.value = done;
  const actions = element("div", null, { class: "actions" });
  if (over && done) {
    actions.append(
      element("a", "Open the report", { href: `/v1/jobs/${job.id}/report/index.html` }),
      element("a", "Results (JSON lines)", { href: `/v1/jobs/${job.id}/results`, download: `${job.id}.jsonl` }),
    );
  }
  if (!over) {
    const cancel = element("button", "Cancel", { type: "button" });
    cancel.addEventListener("click", () => run(async () => {
      show(await (await ask(`/v1/jobs/${job.id}/cancel`, { method: "POST" })).json());
    }));
    actions.append(cancel);
  }
  const faults = element("ul", null);
  if (job.reason) faults.append(element("li", job.reason));
  for (const each of job.failures) {
    faults.append(element("li", `${each.articles} × ${each.error}: ${each.advice} (${each.examples.slice(0, 5).join(", ")})`));
  }
  const focused = item.contains(document.activeElement);
  item.replaceChildren(what, bar, actions, faults);
  if (focused) actions.querySelector("a, button")?.focus();
  if (!over) follow(job.id);
}

function counted({ articles, done_before, complete, partial, failed }, cost) {
  const told = [`${done_before + complete + partial + failed} of ${articles} articles`];
  if (partial) told.push(`${partial} partial`);
  if (failed) told.push(`${failed} failed`);
  if (cost) told.push(`$${cost.toFixed(4)}`);
  return told.join(", ");
}

function follow(id) {
  if (followed.has(id)) return;
  followed.add(id);
  const events = new EventSource(`/v1/jobs/${id}/events`);
  events.addEventListener("progress", (event) => show(JSON.parse(event.data)));
  events.addEventListener("end", (event) => {
    events.close();
    followed.delete(id);
    show(JSON.parse(event.data));
  });
}

function ends(name, endings) { return endings.some((ending) => name.toLowerCase().endsWith(ending)); }

async function rows(files) {
  const lines = [];
  for (const file of files) {
    const text = await file.text();
    if (ends(file.name, TABLES)) lines.push(text.trimEnd());
    else if (ends(file.name, PAGES)) lines.push(JSON.stringify({ id: file.name, html: text }));
    else lines.push(JSON.stringify({ id: file.name, text }));
  }
  return lines.join("\n") + "\n";
}

async function send(files) {
  if (!files.length) return;
  tell(`sending ${files.length} ${files.length === 1 ? "file" : "files"} ...`);
  const body = await rows(files);
  const headers = { "content-type": "application/x-ndjson" };
  show(await (await ask("/v1/jobs", { method: "POST", headers, body })).json());
  tell("");
}

function run(work) { work().catch((error) => tell(error.message)); }

by("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  run(async () => {
    const headers = { "content-type": "application/json" };
    await ask("/session", { method: "POST", headers, body: JSON.stringify({ key: by("key").value }) });
    tell("");
    await begin();
  });
});
by("files").addEventListener("change", () => run(async () => {
  await send([...by("files").files]);
  by("files").value = "";
}));
for (const name of ["dragover", "dragleave", "drop"]) {
  by("drop").addEventListener(name, (event) => {
    event.preventDefault();
    by("drop").classList.toggle("over", name === "dragover");
    if (name === "drop") run(() => send([...event.dataTransfer.files]));
  });
}
run(begin);
