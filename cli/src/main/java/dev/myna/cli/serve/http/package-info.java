// SPDX-License-Identifier: Apache-2.0
/** HTTP/1.1 within bounds: connections, requests, responses, errors, who may ask. Knows no model. */
package dev.myna.cli.serve.http;
