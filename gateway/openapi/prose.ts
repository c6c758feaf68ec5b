/** Text for descriptions: Markdown made from comments that were wrapped for an editor. */

// A line that starts a thought of its own: a clause of a capability ("LEDGER-010: …") or an item of a list.
const itemPattern = /^(?:[-*•]\s+|(?=[A-Z]+-\d{3}:))/;

/** Joins wrapped lines into paragraphs and items of lists; blank lines stay. */
export function reflow(comment: string): string {
  const paragraphs = comment.trim().split(/\n\s*\n/);
  return paragraphs.map(reflowParagraph).join("\n\n");
}

function reflowParagraph(paragraph: string): string {
  const lines: string[] = [];
  for (const raw of paragraph.split("\n")) {
    const line = raw.trim();
    const marker = itemPattern.exec(line)?.[0];
    if (marker !== undefined) lines.push(`- ${line.slice(marker.length)}`);
    else if (lines.length === 0) lines.push(line);
    else lines.push(`${lines.pop()} ${line}`);
  }
  return lines.join("\n");
}

/** The first sentence without its full stop. A stop inside "e.g." or "i.e." ends none. */
export function firstSentence(text: string): string {
  const [paragraph = ""] = text.split("\n\n");
  const [sentence] = /^.*?(?<!\be\.g|\bi\.e|\betc)[.](?=\s|$)/s.exec(paragraph) ?? [paragraph];
  return sentence.replace(/[.:]$/, "");
}

/** Puts texts one after another in a paragraph, those that say something. */
export function sentences(...texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined && text !== "").join(" ");
}

/** Puts texts one below another, those that say something. */
export function paragraphs(...texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined && text !== "").join("\n\n");
}

/** `{ description }`, or nothing where there is none. */
export function described(description: string | undefined): { readonly description?: string } {
  return description === undefined || description === "" ? {} : { description };
}

/** `GetBook` becomes `Get book`, for what has no comment. */
export function wordsOf(name: string): string {
  const words = name.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_/).join(" ");
  return `${words.slice(0, 1)}${words.slice(1).replace(/\b[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase())}`;
}
