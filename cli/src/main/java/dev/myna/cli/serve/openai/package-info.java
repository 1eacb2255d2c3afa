// SPDX-License-Identifier: Apache-2.0
/** Requests and responses of the OpenAI API, mapped to the engine and back. */
package dev.myna.cli.serve.openai;
