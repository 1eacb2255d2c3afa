// SPDX-License-Identifier: Apache-2.0
//
// Writes a published tokenizer's vocabulary and its ids of the texts in strings.json.
//
// usage: node real-vocabulary.mjs PACKAGE OUT
import { readFileSync, writeFileSync } from "node:fs";

const [name, out] = process.argv.slice(2);
const { fromPreTrained, tokenizerJSON } = await import(name);
const json = tokenizerJSON.default ?? tokenizerJSON;
const pieces = [];
for (const [piece, id] of Object.entries(json.model.vocab)) {
  pieces[id] = piece;
}
const added = [];
for (const token of json.added_tokens) {
  pieces[token.id] = token.content;
  added.push({ id: token.id, special: token.special });
}
const tokenizer = fromPreTrained();
const ids = JSON.parse(readFileSync("strings.json", "utf8")).strings.map((text) =>
  Array.from(tokenizer.encode(text, { add_special_tokens: false }))
);
const merges = json.model.merges.map((merge) => (Array.isArray(merge) ? merge.join(" ") : merge));
writeFileSync(out, JSON.stringify({ pieces, added, merges, ids }));
