/** Figures as they are printed. */

/** A Markdown table with the lines that say what it means. */
export interface Table {
  readonly title: string;
  readonly meaning: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The middle one; of two middle ones the upper. NaN of none. */
export function median(numbers: readonly number[]): number {
  const ascending = [...numbers].sort((a, b) => a - b);
  return ascending[Math.floor(ascending.length / 2)] ?? Number.NaN;
}

/** A table as Markdown. */
export function markdown({ title, meaning, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = `|${columns.map(() => "---").join("|")}|`;
  return [`## ${title}`, ...meaning, "", line(columns), rule, ...rows.map(line), ""].join("\n");
}

/** "12,345". */
export function whole(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en-GB") : "-";
}

/** With as many digits behind the point as are worth reading. */
export function brief(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) {
    return "-";
  }
  if (!Number.isFinite(value)) {
    return "not in time";
  }
  return value >= 100 ? whole(value) : value.toFixed(value >= 10 ? 1 : 2);
}

/** A part of a whole: "78 %". */
export function share(part: number, of: number): string {
  return Number.isFinite(part / of) ? `${((part / of) * 100).toFixed(0)} %` : "-";
}
