// The page of the server: what it shows is what the endpoints under v1/ answer.
const $ = id => document.getElementById(id);
const prompts = new Map();
let examples = {};
let leaving = null;

function headers() {
  const key = $("key").value.trim();
  return { "Content-Type": "application/json", ...(key ? { Authorization: `Bearer ${key}` } : {}) };
}

// The server's own words for what went wrong.
async function problem(response) {
  const told = await response.json().catch(() => ({}));
  if (response.status === 401) {
    $("access").hidden = false;
    $("key").focus();
    return "This server asks for an API key. Enter it above and try again.";
  }
  const wait = response.headers.get("Retry-After");
  const words = told.detail ?? told.title ?? `The server answered ${response.status}.`;
  return wait ? `${words} Try again in ${wait} s.` : words;
}

async function call(path, body) {
  const response = await fetch(path, { method: body ? "POST" : "GET", headers: headers(), body: body && JSON.stringify(body), signal: leaving?.signal });
  if (!response.ok) {
    throw new Error(await problem(response));
  }
  return response;
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function show(error) {
  $("error").textContent = error ?? "";
  $("error").hidden = !error;
}

function chosen() {
  return prompts.get($("prompt").value);
}

function describe() {
  const prompt = chosen();
  const score = prompt.metrics.accuracy;
  const parts = [prompt.labels.length ? prompt.labels.join(" or ") : "free text", prompt.family, score === undefined ? null : `${score.toFixed(0)} % right on validation rows`];
  $("about").textContent = parts.filter(part => part).join(" · ");
  $("examples").replaceChildren(...(examples[prompt.task] ?? []).map(text =>
    element("button", { type: "button", textContent: text, onclick: () => { $("text").value = text; $("text").focus(); } })));
  $("classify").disabled = prompt.labels.length < 2;
  $("generate").disabled = false;
  $("text").placeholder = examples[prompt.task]?.[0] ?? "";
}

function bars(result) {
  const list = element("dl");
  const best = Math.max(...result.labels.map(label => label.labelSetProbability));
  for (const label of result.labels) {
    const percent = 100 * label.labelSetProbability;
    const fill = element("div");
    fill.style.width = `${percent}%`;
    const bar = element("div", { className: "bar" }, fill);
    bar.setAttribute("aria-hidden", "true");
    list.append(
      element("dt", { textContent: label.label, className: label.labelSetProbability === best ? "best" : "" }),
      element("dd", {}, bar),
      element("dd", { textContent: `${percent.toFixed(1)} %`, className: "number" }));
  }
  return [list, note(result)];
}

function note(result) {
  const cut = result.cutTokens ? `; ${result.cutTokens} more did not fit and were not read` : "";
  return element("p", { className: "note", textContent: `${result.inputTokens} tokens read${cut}.` });
}

async function classify() {
  const response = await call(`v1/prompts/${encodeURIComponent(chosen().id)}/classify`, { text: $("text").value });
  $("result").replaceChildren(...bars((await response.json()).results[0]));
}

// Server-sent events: blocks of lines with an empty line behind each.
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      yield { type: lines.find(line => line.startsWith("event: "))?.slice(7), data: JSON.parse(lines.find(line => line.startsWith("data: ")).slice(6)) };
    }
  }
}

async function generate() {
  const response = await call(`v1/prompts/${encodeURIComponent(chosen().id)}/generate`, { text: $("text").value, stream: true });
  const written = element("p", { id: "written" });
  $("result").replaceChildren(written);
  for await (const event of events(response.body)) {
    if (event.type === "error") {
      throw new Error(event.data.detail);
    }
    written.append(event.data.text);
    if (event.data.finishReason === "length") {
      $("result").append(element("p", { className: "note", textContent: "Cut: as many tokens as are allowed were written." }));
    }
  }
}

async function run(work) {
  if (!$("text").value.trim()) {
    show("Enter a text, or choose an example.");
    $("text").focus();
    return;
  }
  leaving?.abort();
  const own = leaving = new AbortController();
  show(null);
  $("stop").hidden = false;
  try {
    await work();
  } catch (error) {
    if (error.name !== "AbortError") {
      $("result").replaceChildren();
      show(error instanceof TypeError ? "The server does not answer. Is it still running?" : error.message);
    }
  } finally {
    if (leaving === own) {
      leaving = null;
      $("stop").hidden = true;
    }
  }
}

async function load() {
  try {
    const page = await (await call("v1/prompts?limit=1000")).json();
    examples = await (await call("examples")).json();
    prompts.clear();
    page.prompts.forEach(prompt => prompts.set(prompt.id, prompt));
    $("prompt").replaceChildren(...page.prompts.map(prompt => element("option", { value: prompt.id, textContent: prompt.id })));
    $("prompt").disabled = false;
    show(page.prompts.length ? null : "The library holds no prompts yet.");
    if (page.prompts.length) {
      describe();
    }
  } catch (error) {
    show(error instanceof TypeError ? "The server does not answer. Is it still running?" : error.message);
    if ($("access").hidden) {
      setTimeout(load, 1000); // it may still load its model
    }
  }
}

$("form").addEventListener("submit", event => { event.preventDefault(); run(classify); });
$("form").noValidate = true;
$("generate").addEventListener("click", () => run(generate));
$("stop").addEventListener("click", () => leaving?.abort());
$("prompt").addEventListener("change", () => { describe(); $("result").replaceChildren(); show(null); });
$("key").addEventListener("change", load);
$("text").addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !$("classify").disabled) {
    event.preventDefault();
    run(classify);
  }
});
load();
