// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

/** A piece of an answer as a client sees it. Pieces of one kind that follow each other are one text. */
public sealed interface AnswerEvent {

    /** What the model thinks before it answers. */
    record Reasoning(String text) implements AnswerEvent {}

    /** What it answers. */
    record Content(String text) implements AnswerEvent {}

    /**
     * A call begins: its name is known, and is one of the request's tools. Its arguments follow, at least one piece of them unless
     * the answer is cut off.
     *
     * @param index of the call in the answer, from 0
     * @param id names the call in the conversation
     */
    record Call(int index, String id, String name) implements AnswerEvent {}

    /**
     * More of a call's arguments: a piece of JSON text.
     *
     * @param index of the call in the answer, from 0
     */
    record Arguments(int index, String json) implements AnswerEvent {}
}
