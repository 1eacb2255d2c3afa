// SPDX-License-Identifier: Apache-2.0
"use strict";
const $ = id => document.getElementById(id);

// ---- words -----------------------------------------------------------------------------------------------------------

/**
 * Texts by language, which the build puts here from words.json. The questions are those of dev.myna.engine.Language (first) and of
 * the embedded model.
 */
const WORDS = /* words.json */ {};

const LTR_LETTER = /[^\P{L}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const LETTER = /\p{L}/u;
let lang = "en";

/** A text of the interface in the chosen language; values are isolated, so that they cannot disturb its direction. */
function t(key, values = {}) {
  return WORDS[lang][key].replace(/\{(\w)\}/g, (_, name) => {
    const value = values[name];
    return "\u2068" + (typeof value === "number" ? new Intl.NumberFormat(lang).format(value) : value) + "\u2069";
  });
}

/** Direction of the first strong letter, or the fallback. */
function direction(text, fallback) {
  const letter = text.match(LETTER);
  return letter ? (LTR_LETTER.test(letter[0]) ? "ltr" : "rtl") : fallback;
}

/** The language whose fonts suit a text: that of its script, the given one where scripts are shared. */
function languageOf(text, likely) {
  const shared = (...codes) => codes.includes(likely) ? likely : codes[0];
  if (/\p{Script=Arabic}/u.test(text)) return /[ٹڈڑںےۓہھگچپژکی۔]/.test(text) ? "ur" : shared("ar", "ur");
  if (/\p{Script=Devanagari}/u.test(text)) return "hi";
  if (/\p{Script=Bengali}/u.test(text)) return "bn";
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return "ja";
  if (/\p{Script=Han}/u.test(text)) return shared("zh", "ja");
  if (/\p{Script=Cyrillic}/u.test(text)) return "ru";
  if (/\p{Script=Latin}/u.test(text)) return shared("en", "es", "fr");
  return likely;
}

function setText(element, text, likely) {
  element.textContent = text;
  element.lang = languageOf(text, likely);
  element.dir = direction(text, WORDS[likely].rtl ? "rtl" : "ltr");
}

// ---- what the browser keeps ------------------------------------------------------------------------------------------

/** Settings; a browser that keeps nothing still works. */
const settings = {
  get(name) { try { return localStorage.getItem("myna." + name); } catch { return null; } },
  set(name, value) {
    try {
      value === null ? localStorage.removeItem("myna." + name) : localStorage.setItem("myna." + name, value);
    } catch { /* private */ }
  },
};
const secret = {
  get() { try { return sessionStorage.getItem("myna.key") || ""; } catch { return this.memory || ""; } },
  set(value) { this.memory = value; try { sessionStorage.setItem("myna.key", value); } catch { /* private */ } },
};

/** Conversations and images, in IndexedDB or else in memory. */
const kept = {
  memory: { conversations: new Map(), images: new Map() },
  open() {
    return this.database ??= new Promise(done => {
      let request;
      try { request = indexedDB.open("myna", 2); } catch { done(null); return; }
      request.onupgradeneeded = ({ oldVersion }) => {
        if (oldVersion) this.renamePictures(request.transaction);
        else for (const name of ["conversations", "images"]) request.result.createObjectStore(name, { keyPath: "id" });
      };
      request.onsuccess = () => done(request.result);
      request.onerror = request.onblocked = () => done(null);
    });
  },
  /** Version 1 of the database said "pictures". */
  renamePictures(transaction) {
    transaction.objectStore("pictures").name = "images";
    transaction.objectStore("conversations").openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      for (const message of cursor.value.messages) {
        message.images = message.pictures ?? [];
        delete message.pictures;
      }
      cursor.update(cursor.value);
      cursor.continue();
    };
  },
  async call(store, mode, work, otherwise) {
    const database = await this.open();
    if (!database) return otherwise(this.memory[store]);
    return new Promise((done, failed) => {
      const transaction = database.transaction(store, mode);
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  },
  async get(store, id) { return await this.call(store, "readonly", s => s.get(id), () => undefined) ?? this.memory[store].get(id); },
  all(store) { return this.call(store, "readonly", s => s.getAll(), m => [...m.values()]); },
  /** What does not fit stays in memory until the page closes. */
  async put(store, value) {
    this.memory[store].set(value.id, value);
    try {
      if (await this.call(store, "readwrite", s => s.put(value), () => null)) this.memory[store].delete(value.id);
    } catch { /* full */ }
  },
  remove(store, id) { this.memory[store].delete(id); return this.call(store, "readwrite", s => s.delete(id), () => 0); },
  clear(store) { this.memory[store].clear(); return this.call(store, "readwrite", s => s.clear(), () => 0); },
};

// ---- state -----------------------------------------------------------------------------------------------------------

let chat = newChat();       // { id, lang, updated, messages: [{ role, text, lang, images: [id], state, stats }] }
let drafts = [];            // images of the next question: { id, blob, url }
let model = { id: "", meta: {} };
let running = null;         // AbortController of the answer that is being written
let alertKey = null;        // what the alert says, so that it can be said in another language
const urls = new Map();     // image id -> object URL

function newChat() { return { id: crypto.randomUUID?.() ?? String(Math.random()), lang, updated: 0, messages: [] }; }
function save() { chat.updated = Date.now(); settings.set("chat", chat.id); return kept.put("conversations", chat); }
function seesImages() { return model.meta.vision !== false; }
function titleOf(conversation) { return conversation.messages.find(m => m.text)?.text ?? t("conversation"); }

// ---- drawing ---------------------------------------------------------------------------------------------------------

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    name in element ? element[name] = value : element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function icon(name, kind = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", "#i-" + name);
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function tool(name, label, action) {
  const button = make("button", { type: "button", className: "tool " + name, title: label, ariaLabel: label }, icon(name));
  button.addEventListener("click", action);
  return button;
}

/** Writes every text of the interface in the chosen language. */
function speak() {
  document.documentElement.lang = lang;
  document.documentElement.dir = WORDS[lang].rtl ? "rtl" : "ltr";
  document.querySelectorAll("[data-text]").forEach(e => e.textContent = t(e.dataset.text));
  document.querySelectorAll("[data-label]").forEach(e => {
    const label = t(e.dataset.label);
    e.setAttribute("aria-label", label);
    if (e.localName === "button") e.title = label;
  });
  $("bar").setAttribute("aria-label", t("context"));
  $("question").placeholder = t(seesImages() ? "ask" : "write");
  $("language").value = lang;
  fitQuestion();
  suggest();
  drawThumbs();
  drawMessages();
  drawMeter();
  drawWarmth();
  if (alertKey) complain(...alertKey);
}

function suggest() {
  const open = !running && !$("question").value.trim() && (!chat.messages.length || drafts.length);
  $("suggest").hidden = !open;
  $("suggest").replaceChildren(...WORDS[lang].questions.map(question => {
    const chip = make("button", { type: "button", textContent: question });
    chip.addEventListener("click", () => {
      $("question").value = question;
      fitQuestion();
      drafts.length || !seesImages() ? submit() : ($("question").focus(), suggest());
    });
    return chip;
  }));
}

async function imageUrl(id) {
  if (!urls.has(id)) {
    const image = await kept.get("images", id);
    if (!image) return null;
    urls.set(id, URL.createObjectURL(image.blob));
  }
  return urls.get(id);
}

function shots(ids) {
  return make("ul", { className: "shots" }, ...ids.map((id, index) => {
    const image = make("img", { alt: t("image", { n: index + 1 }) });
    const button = make("button", { type: "button", ariaLabel: t("enlarge", { n: index + 1 }) }, image);
    const item = make("li", {}, button);
    button.addEventListener("click", () => {
      Object.assign($("viewer").firstElementChild, { src: image.src, alt: image.alt });
      $("viewer").showModal();
    });
    image.addEventListener("load", follow);
    imageUrl(id).then(url => url ? image.src = url : item.replaceChildren(make("span", { className: "gone", textContent: t("lost") })));
    return item;
  }));
}

function drawMessages() {
  $("log").querySelectorAll("article").forEach(e => e.remove());
  $("welcome").hidden = chat.messages.length > 0;
  chat.messages.forEach((message, index) => $("log").append(draw(message, index === chat.messages.length - 1)));
  follow();
}

function draw(message, last) {
  const text = make("div", { className: "text" });
  if (message.role === "user") {
    const article = make("article", { className: "user", ariaLabel: t("you") });
    if (message.images.length) article.append(shots(message.images));
    if (message.text) { setText(text, message.text, message.lang); article.append(text); }
    return article;
  }
  const body = make("div", { className: "body" });
  if (message.thoughts) body.append(thoughtsOf(message));
  body.append(text);
  const busy = running && last;
  setText(text, message.text || (busy ? t("thinking") : ""), message.text ? message.lang : lang);
  text.classList.toggle("waiting", Boolean(busy));
  text.classList.toggle("hint", !message.text);
  if (!busy) body.append(under(message, last));
  const article = make("article", { className: "myna", ariaLabel: "Myna" }, icon("bird", "bird turn"), body);
  if (busy) article.setAttribute("aria-busy", "true");
  return article;
}

/** What the model thought before it answered: folded, for who wants to know. */
function thoughtsOf(message) {
  const thoughts = make("p", { className: "text" });
  setText(thoughts, message.thoughts, languageOf(message.thoughts, message.lang));
  return make("details", { className: "thoughts" }, make("summary", { textContent: t("thoughts") }), thoughts);
}

/** The line under an answer: what can be done with it, and what it cost. */
function under(message, last) {
  const line = make("div", { className: "under" });
  if (message.text) {
    const copy = tool("copy", t("copy"), () => copyText(message.text, copy));
    line.append(copy);
  }
  if (last) line.append(tool("again", t("again"), regenerate));
  if (message.state === "stopped") line.append(make("span", { className: "state", textContent: t("stopped") }));
  if (message.state === "length") line.append(make("span", { className: "state", textContent: t("cut") }));
  if (message.stats?.speed) line.append(make("span", { className: "stats", textContent: t("speed", { n: rounded(message.stats.speed) }) }));
  return line;
}

function rounded(value) { return value < 10 ? Math.round(value * 10) / 10 : Math.round(value); }

async function copyText(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not a secure origin, or not allowed: the old way
    const area = make("textarea", { value: text, className: "sr" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.replaceChildren(icon("done"));
  $("live").textContent = t("copied");
  setTimeout(() => button.replaceChildren(icon("copy")), 1500);
}

function drawThumbs() {
  $("thumbs").hidden = !drafts.length;
  $("thumbs").replaceChildren(...drafts.map((draft, index) => {
    const label = t("remove", { n: index + 1 });
    const remove = make("button", { type: "button", ariaLabel: label, title: label }, icon("close"));
    remove.addEventListener("click", () => {
      URL.revokeObjectURL(draft.url);
      drafts.splice(index, 1);
      drawThumbs();
      suggest();
      ($("thumbs").querySelector("button") ?? $("question")).focus();
    });
    return make("li", {}, make("img", { src: draft.url, alt: t("image", { n: index + 1 }) }), remove);
  }));
  $("send").disabled = !drafts.length && !$("question").value.trim();
}

function drawMeter() {
  const stats = chat.messages.findLast(m => m.stats)?.stats;
  $("meter").hidden = !stats?.total;
  if (!stats?.total) return;
  const max = model.meta.n_ctx;
  $("speed").textContent = "";
  $("bar").hidden = !max;
  $("used").textContent = max ? t("used", { n: stats.total, m: max }) : "";
  if (max) {
    $("bar").setAttribute("aria-valuemax", max);
    $("bar").setAttribute("aria-valuenow", Math.min(stats.total, max));
    $("bar").setAttribute("aria-valuetext", t("used", { n: stats.total, m: max }));
    $("fill").style.width = Math.min(100, 100 * stats.total / max) + "%";
    $("fill").className = stats.total > .9 * max ? "full" : "";
  }
}

function drawWarmth() {
  const value = settings.get("temperature");
  $("temperature").value = value ?? model.meta.defaults?.temperature ?? 0;
  $("warmth").textContent = value === null ? t("auto") : new Intl.NumberFormat(lang).format(Number(value));
  $("temperature").setAttribute("aria-valuetext", $("warmth").textContent);
  $("usual").hidden = value === null;
}

/** Shows an error in words; with an action, a button that tries again. */
function complain(key, values = {}, action = null) {
  alertKey = [key, values, action];
  const line = make("div", {}, make("span", { textContent: t(key, values) }));
  if (action) {
    const button = make("button", { type: "button", textContent: t(action.label) });
    button.addEventListener("click", () => { quiet(); action.run(); });
    line.append(button);
  }
  $("alert").replaceChildren(line);
}
function quiet() { alertKey = null; $("alert").replaceChildren(); }

/** Keeps the end in view unless the reader has scrolled away. */
let following = true;
function follow() { if (following && chat.messages.length) $("scroller").scrollTop = $("scroller").scrollHeight; }

function fitQuestion() {
  const box = $("question");
  box.dir = direction(box.value, WORDS[lang].rtl ? "rtl" : "ltr");
  box.lang = languageOf(box.value, lang);
  box.style.height = "auto";
  box.style.height = Math.max(40, box.scrollHeight) + "px";
  $("send").disabled = !drafts.length && !box.value.trim();
}

// ---- images --------------------------------------------------------------------------------------------------------

const LARGEST_SIDE = 2048;
const LARGEST_FILE = 4 << 20;
const SENT_AS_IS = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"];

/** An image as it is sent: large ones and formats that the server may not know are drawn anew as JPEG. */
async function prepare(file) {
  const url = URL.createObjectURL(file);
  try {
    const image = make("img", { src: url });
    await image.decode();
    const side = Math.max(image.naturalWidth, image.naturalHeight);
    if (!side) throw new Error("empty");
    if (side <= LARGEST_SIDE && file.size <= LARGEST_FILE && SENT_AS_IS.includes(file.type)) return file.slice(0, file.size, file.type);
    const scale = Math.min(1, LARGEST_SIDE / side);
    const canvas = make("canvas", {
      width: Math.max(1, Math.round(image.naturalWidth * scale)),
      height: Math.max(1, Math.round(image.naturalHeight * scale)),
    });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) => canvas.toBlob(blob => blob ? done(blob) : failed(new Error("canvas")), "image/jpeg", .92));
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function addImages(files) {
  quiet();
  if (!seesImages()) { complain("blind"); return; }
  for (const file of files) {
    const max = model.meta.max_images ?? 8;
    const there = chat.messages.reduce((sum, m) => sum + (m.images?.length ?? 0), drafts.length);
    if (there >= max) { complain("many", { n: max }); break; }
    try {
      const blob = await prepare(file);
      drafts.push({ id: newChat().id, blob, url: URL.createObjectURL(blob) });
    } catch {
      complain("file", { m: file.name || file.type || "?" });
    }
  }
  drawThumbs();
  suggest();
  focusQuestion();
}

function dataUrl(blob) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(blob);
  });
}

// ---- talking to the server -------------------------------------------------------------------------------------------

class Complaint extends Error {
  constructor(key, values = {}) { super(key); this.key = key; this.values = values; }
}

function headers() {
  const key = secret.get();
  return { "Content-Type": "application/json", ...(key ? { Authorization: "Bearer " + key } : {}) };
}

/** What an error answer means, in words. */
async function complaint(response) {
  let error = {};
  try { error = (await response.json()).error ?? {}; } catch { /* not JSON: the status says enough */ }
  if (response.status === 401) return new Complaint("keyAsk");
  if (response.status === 413) return new Complaint("large");
  if (response.status === 429) return new Complaint("busy", { n: Number(response.headers.get("Retry-After")) || 1 });
  return complaintOf(error, response.status);
}
function complaintOf(error, status) {
  return error.code === "context_length_exceeded" ? new Complaint("full") : new Complaint("failed", { m: error.message ?? String(status) });
}

async function loadModel() {
  try {
    const response = await fetch("/v1/models", { headers: headers() });
    if (!response.ok) throw await complaint(response);
    const found = (await response.json()).data?.[0];
    model = { id: found?.id ?? "", meta: found?.meta ?? {} };
    $("model").textContent = model.meta.name ?? model.id;
    $("model").title = model.id;
    $("attach").hidden = $("choose").hidden = !seesImages();
    speak();
    return true;
  } catch (e) {
    report(e, { label: "retry", run: loadModel });
    return false;
  }
}

/** The conversation as the API wants it: user and assistant in turn. Of a question without an answer only the images count. */
async function request() {
  const messages = [];
  let pending = [];
  for (let i = 0; i < chat.messages.length; i++) {
    const message = chat.messages[i];
    const last = i >= chat.messages.length - 1;
    if (message.role === "user") {
      pending.push(...message.images);
      const answer = chat.messages[i + 1];
      if (!last && !(answer?.role === "assistant" && (answer.text || i + 1 === chat.messages.length - 1))) continue;
      const content = [];
      for (const id of pending) {
        const image = await kept.get("images", id);
        if (image) content.push({ type: "image_url", image_url: { url: await dataUrl(image.blob) } });
      }
      pending = [];
      content.push({ type: "text", text: message.text });
      messages.push({ role: "user", content });
    } else if (message.text && !last) {
      messages.push({ role: "assistant", content: message.text });
    }
  }
  const body = { model: model.id, messages, stream: true, stream_options: { include_usage: true } };
  const temperature = settings.get("temperature");
  if (temperature !== null) body.temperature = Number(temperature);
  return body;
}

/** The events of a stream, parsed; ends with the server's [DONE]. */
async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Complaint("broken");
    const lines = (rest + value).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data:")) continue;
      const data = line.slice(5).trim();
      if (data === "[DONE]") return;
      const event = JSON.parse(data);
      if (event.error) throw complaintOf(event.error, event.error.code);
      yield event;
    }
  }
}

function report(error, action) {
  if (error instanceof Complaint) {
    if (error.key === "keyAsk") { $("keyform").hidden = false; $("key").focus(); return; }
    complain(error.key, error.values, error.key === "full" ? { label: "fresh", run: fresh } : action);
  } else {
    complain("gone", {}, action);
  }
}

/** Lets the model write the last message, an empty answer. */
async function answer(seed) {
  const message = { role: "assistant", text: "", lang: chat.messages.at(-1).lang };
  chat.messages.push(message);
  const mine = chat;
  const control = running = new AbortController();
  following = true;
  quiet();
  busy(true);
  const began = performance.now();
  let first = 0, pieces = 0, usage = null, timings = null, trouble = null;
  let painted = 0;
  try {
    const body = await request();
    if (seed !== undefined) body.seed = seed;
    const response = await fetch("/v1/chat/completions",
        { method: "POST", headers: headers(), body: JSON.stringify(body), signal: control.signal });
    if (!response.ok) throw await complaint(response);
    for await (const event of events(response.body)) {
      usage = event.usage ?? usage;
      timings = event.timings ?? timings;
      const choice = event.choices?.[0];
      if (choice?.delta?.reasoning_content) {
        pieces++;
        message.thoughts = (message.thoughts ?? "") + choice.delta.reasoning_content;
        if (running === control) think(message);
      }
      if (choice?.delta?.content) {
        first ||= performance.now();
        pieces++;
        message.text += choice.delta.content;
        painted ||= requestAnimationFrame(() => {
          painted = 0;
          if (running === control) write(message, pieces / Math.max(.001, (performance.now() - first) / 1000));
        });
      }
      if (choice?.finish_reason === "length") message.state = "length";
    }
    if (!message.text.trim()) message.text = "";
  } catch (e) {
    if (e.name === "AbortError") message.state = "stopped"; else trouble = e.name === "TypeError" && first ? new Complaint("broken") : e;
  }
  cancelAnimationFrame(painted);
  const seconds = (performance.now() - (first || began)) / 1000;
  const count = usage?.completion_tokens ?? pieces;
  const speed = timings?.predicted_per_second ?? (count > 1 && seconds > 0 ? count / seconds : 0);
  message.stats = { total: usage?.total_tokens ?? 0, speed };
  if (running === control) running = null;
  if (trouble && !message.text) mine.messages.splice(mine.messages.indexOf(message), 1);
  if (trouble && message.text) message.state = "stopped";
  if (mine.messages.length) await (chat === mine ? save() : kept.put("conversations", mine));
  if (chat !== mine) return;
  busy(false);
  if (trouble) report(trouble, { label: "retry", run: regenerate });
  else $("live").textContent = message.text || t("stopped");
}

/** Paints the thoughts so far. */
function think(message) {
  const body = $("log").lastElementChild.querySelector(".body");
  const old = body.querySelector(".thoughts");
  if (old) setText(old.querySelector(".text"), message.thoughts, languageOf(message.thoughts, message.lang));
  else body.prepend(thoughtsOf(message));
  follow();
}

/** Paints the answer so far, and how fast it comes. */
function write(message, speed) {
  const text = $("log").lastElementChild.querySelector(".body > .text");
  setText(text, message.text, message.lang);
  text.classList.remove("hint");
  $("meter").hidden = false;
  $("speed").textContent = t("speed", { n: rounded(speed) });
  follow();
}

/** Where a keyboard is at hand; on a phone it would cover the answer. */
function focusQuestion() { if (matchMedia("(pointer: fine)").matches) $("question").focus(); }

function busy(now) {
  $("send").hidden = now;
  $("stop").hidden = !now;
  if (now) $("live").textContent = t("thinking");
  suggest();
  drawMessages();
  drawMeter();
  if (!now && [document.body, $("stop"), null].includes(document.activeElement)) focusQuestion();
}

function stop() { running?.abort(); }

async function submit() {
  const text = $("question").value.trim() || (drafts.length ? WORDS[lang].questions[0] : "");
  if (running || !text) return;
  const images = drafts.splice(0);
  chat.messages.push({ role: "user", text, lang: languageOf(text, lang), images: images.map(p => p.id) });
  $("question").value = "";
  fitQuestion();
  drawThumbs();
  for (const { id, blob, url } of images) {
    urls.set(id, url);
    await kept.put("images", { id, blob });
  }
  await save();
  await answer();
}

/** Asks the last question again. */
async function regenerate() {
  if (running || !chat.messages.length) return;
  if (chat.messages.at(-1).role === "assistant") chat.messages.pop();
  await answer(Math.floor(Math.random() * 2 ** 31));
}

// ---- conversations ---------------------------------------------------------------------------------------------------

function fresh() {
  stop();
  chat = newChat();
  settings.set("chat", null);
  running = null;
  quiet();
  busy(false);
  drawThumbs();
  focusQuestion();
}

async function openChat(id) {
  const found = await kept.get("conversations", id);
  if (!found) return;
  stop();
  chat = found;
  running = null;
  following = true;
  settings.set("chat", id);
  quiet();
  busy(false);
  if (chat.messages.at(-1)?.role === "user") complain("broken", {}, { label: "retry", run: regenerate });
}

async function forget(conversation) {
  for (const message of conversation.messages) {
    for (const id of message.images ?? []) {
      if (urls.has(id)) URL.revokeObjectURL(urls.get(id));
      urls.delete(id);
      await kept.remove("images", id);
    }
  }
  await kept.remove("conversations", conversation.id);
  if (conversation.id === chat.id) fresh();
}

async function drawList() {
  const conversations = (await kept.all("conversations")).sort((a, b) => b.updated - a.updated);
  $("clear").disabled = !conversations.length;
  $("list").replaceChildren(...conversations.map(conversation => {
    const open = make("button", { type: "button", className: "open" });
    setText(open, titleOf(conversation), conversation.messages[0]?.lang ?? lang);
    open.addEventListener("click", async () => { await openChat(conversation.id); $("drawer").close(); });
    const bin = tool("bin", t("del", { m: titleOf(conversation) }), async () => {
      await forget(conversation);
      await drawList();
      $("shut").focus();
    });
    return make("li", { className: conversation.id === chat.id ? "now" : "" }, open, bin);
  }));
  if (!conversations.length) $("list").append(make("li", { className: "hint", textContent: t("none") }));
}

// ---- events ----------------------------------------------------------------------------------------------------------

$("language").append(...Object.entries(WORDS).map(([code, words]) => make("option", { value: code, lang: code, textContent: words.name })));
$("language").addEventListener("change", event => { lang = event.target.value; settings.set("lang", lang); speak(); });

function dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
function drawTheme() { $("theme").setAttribute("aria-pressed", dark()); }
$("theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = dark() ? "light" : "dark";
  settings.set("theme", document.documentElement.dataset.theme);
  drawTheme();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawTheme);

$("composer").addEventListener("submit", event => { event.preventDefault(); submit(); });
$("question").addEventListener("input", () => { fitQuestion(); suggest(); });
$("question").addEventListener("keydown", event => {
  // Enter that ends a composition (Chinese, Japanese, Hindi input methods) belongs to the input method.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); submit(); }
});
addEventListener("keydown", event => {
  if (event.key !== "Escape" || !running || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  stop();
  $("question").focus();
});
$("stop").addEventListener("click", stop);
$("fresh").addEventListener("click", fresh);
for (const id of ["attach", "choose"]) $(id).addEventListener("click", () => $("file").click());
$("file").addEventListener("change", event => {
  const files = [...event.target.files];
  event.target.value = "";
  addImages(files);
});

addEventListener("paste", event => {
  const files = [...event.clipboardData.files];
  if (files.length) { event.preventDefault(); addImages(files); }
});
let dragged = 0;
const hasFiles = event => event.dataTransfer?.types.includes("Files");
addEventListener("dragenter", event => { if (hasFiles(event)) { dragged++; $("veil").hidden = false; } });
addEventListener("dragleave", event => { if (hasFiles(event) && --dragged <= 0) { dragged = 0; $("veil").hidden = true; } });
addEventListener("dragover", event => { if (hasFiles(event)) event.preventDefault(); });
addEventListener("drop", event => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  dragged = 0;
  $("veil").hidden = true;
  addImages([...event.dataTransfer.files]);
});

$("scroller").addEventListener("scroll", () => {
  const s = $("scroller");
  following = s.scrollHeight - s.scrollTop - s.clientHeight < 60;
}, { passive: true });
$("keyform").addEventListener("submit", async event => {
  event.preventDefault();
  secret.set($("key").value.trim());
  $("key").value = "";
  $("keyform").hidden = true;
  if (await loadModel()) chat.messages.at(-1)?.role === "user" ? regenerate() : $("question").focus();
});
$("menu").addEventListener("click", async () => { await drawList(); $("drawer").showModal(); });
$("shut").addEventListener("click", () => $("drawer").close());
for (const id of ["drawer", "viewer"]) {
  $(id).addEventListener("click", event => { if (event.target === $(id) || id === "viewer") $(id).close(); });
}
$("settings").addEventListener("submit", event => event.preventDefault());
$("temperature").addEventListener("input", event => { settings.set("temperature", event.target.value); drawWarmth(); });
$("usual").addEventListener("click", () => { settings.set("temperature", null); drawWarmth(); $("temperature").focus(); });
$("clear").addEventListener("click", async () => {
  if (!confirm(t("sure"))) return;
  await kept.clear("conversations");
  await kept.clear("images");
  urls.forEach(url => URL.revokeObjectURL(url));
  urls.clear();
  fresh();
  $("drawer").close();
});

// ---- start -----------------------------------------------------------------------------------------------------------

(async () => {
  const theme = settings.get("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  const wanted = [settings.get("lang"), ...navigator.languages.map(tag => tag.split("-")[0])];
  lang = wanted.find(code => code && Object.hasOwn(WORDS, code)) ?? "en";
  drawTheme();
  speak();
  const last = settings.get("chat");
  if (last) await openChat(last);
  if (await loadModel()) focusQuestion();
})();
