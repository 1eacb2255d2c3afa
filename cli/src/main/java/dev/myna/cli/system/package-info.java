// SPDX-License-Identifier: Apache-2.0
/** The process and its user: C library calls, memory, folders, paths, the version of this build. */
package dev.myna.cli.system;
