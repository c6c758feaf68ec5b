import { describe, expect, it } from "vitest";
import { firstSentence, reflow } from "./prose.ts";

describe("a comment as Markdown", () => {
  it.each([
    ["joins wrapped lines", " One\n two.\n", "One two."],
    ["keeps paragraphs", " One.\n\n Two.\n", "One.\n\nTwo."],
    [
      "makes clauses items",
      " A-1 stays.\n LEDGER-010: same\n again.\n LEDGER-011: other.\n",
      "A-1 stays.\n- LEDGER-010: same again.\n- LEDGER-011: other.",
    ],
    ["keeps items of lists", " Either:\n * one\n * two\n", "Either:\n- one\n- two"],
  ])("%s", (_, comment, markdown) => {
    expect(reflow(comment)).toBe(markdown);
  });
});

describe("the first sentence", () => {
  it.each([
    ["Reads an account. Errors: NOT_FOUND.", "Reads an account"],
    ["Reads, e.g. this one. More.", "Reads, e.g. this one"],
    ["Costs R$ 10.50 a month. More.", "Costs R$ 10.50 a month"],
    ["No stop", "No stop"],
    ["", ""],
  ])("of %j is %j", (text, sentence) => {
    expect(firstSentence(text)).toBe(sentence);
  });
});
