// SPDX-License-Identifier: Apache-2.0
// Asks, runs the call that comes back, sends its result, and wants an answer: as programs with tools do.
import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.argv[2], apiKey: "none needed", maxRetries: 0 });
const tools = [{
  type: "function",
  function: {
    name: "temperature",
    description: "Says how warm it is.",
    parameters: {
      type: "object",
      properties: {
        city: { enum: ["Lima", "Oslo", "دہلی"] },
        unit: { enum: ["celsius", "fahrenheit"] },
        days: { type: "integer", minimum: 1, maximum: 7 },
      },
      required: ["city", "days"],
      additionalProperties: false,
    },
  },
}];

function requireArguments(text) {
  const args = JSON.parse(text);
  assert(["Lima", "Oslo", "دہلی"].includes(args.city), text);
  assert(Number.isInteger(args.days) && args.days >= 1 && args.days <= 7, text);
  assert(args.unit === undefined || ["celsius", "fahrenheit"].includes(args.unit), text);
  return args;
}

for (const streamed of [false, true]) {
  for (const tool_choice of ["required", { type: "function", function: { name: "temperature" } }]) {
    const messages = [{ role: "user", content: "How warm is it in Lima?" }];
    const request = { model: "nano", messages, tools, tool_choice, parallel_tool_calls: false };
    let first;
    if (streamed) {
      first = await client.chat.completions.stream(request).finalChatCompletion();
    } else {
      first = await client.chat.completions.create(request);
    }
    const { message, finish_reason } = first.choices[0];
    assert.equal(finish_reason, "tool_calls");
    assert.equal(message.tool_calls.length, 1);
    const call = message.tool_calls[0];
    assert.equal(call.function.name, "temperature");
    const args = requireArguments(call.function.arguments);
    messages.push(message, { role: "tool", tool_call_id: call.id, content: "21 degrees" });
    const second = await client.chat.completions.create({ model: "nano", messages, tools, tool_choice: "none" });
    assert.equal(second.choices[0].finish_reason, "stop");
    console.log(`${streamed ? "streamed" : "whole"}: temperature(${JSON.stringify(args)}), then "${second.choices[0].message.content}"`);
  }
}

// The client's own loop: it runs the function and asks again by itself.
let ran = 0;
const runner = client.chat.completions.runTools({
  model: "nano",
  messages: [{ role: "user", content: "How warm is it in Lima?" }],
  tool_choice: { type: "function", function: { name: "temperature" } },
  tools: [{
    type: "function",
    function: {
      ...tools[0].function,
      parse: requireArguments,
      function: () => { ran++; return "21 degrees"; },
    },
  }],
});
await runner.finalFunctionToolCall();
assert.equal(ran, 1);
console.log("runTools: the function ran once");
