// SPDX-License-Identifier: Apache-2.0
/** Commands on models and their files: pull, list, show, rm, convert, quantize, verify, inspect, tokenize, fit. */
package dev.myna.cli.models;
