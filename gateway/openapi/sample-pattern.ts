/** A text that matches a simple pattern. */

// One step of a pattern: a class, a group without groups inside, an escaped or a plain character; how often it comes.
const stepPattern = /(\[[^\]]+\]|\((?:\?:)?[^()]*\)|\\.|[^\\[\](){}*+?|^$])(\{\d+(?:,\d*)?\}|[*+?])?/gy;

/** The shortest reasonable match of an anchored pattern; undefined where the pattern is beyond this. */
export function samplePattern(pattern: string): string | undefined {
  const body = pattern.replace(/^\^/, "").replace(/\$$/, "");
  const [first = ""] = topLevelChoices(body);
  const steps = [...first.matchAll(stepPattern)];
  if (steps.map(([whole]) => whole).join("") !== first) return undefined;
  const text = steps.map(([, atom = "", count]) => sampleAtom(atom).repeat(timesOf(count))).join("");
  return new RegExp(pattern, "u").test(text) ? text : undefined;
}

function topLevelChoices(body: string): string[] {
  return /^[^()[\]\\]*\|/.test(body) ? body.split("|") : [body];
}

function timesOf(count: string | undefined): number {
  if (count === undefined || count === "+" || count === "?") return 1;
  return count === "*" ? 0 : Number(/\d+/.exec(count)?.[0] ?? 1);
}

function sampleAtom(atom: string): string {
  if (atom.startsWith("[")) return sampleClass(atom.slice(1, -1));
  if (atom.startsWith("(")) return samplePattern(atom.replace(/^\((?:\?:)?|\)$/g, "")) ?? "";
  if (atom.startsWith("\\")) return atom === "\\d" ? "1" : atom === "\\w" ? "a" : atom.slice(1);
  return atom === "." ? "a" : atom;
}

/** Digits where the class has them, else its first character; none for a class of exceptions. */
function sampleClass(inside: string): string {
  if (inside.startsWith("^")) return "a";
  return inside.includes("0-9") || inside.includes("\\d") ? "1" : inside.replace(/^\\/, "").slice(0, 1);
}
