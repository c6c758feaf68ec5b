import { fromHit, toParty } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";

/** Looks a party up. */
export function screen({ lists, now }: NativeDeps): NativeHandlers["screen"] {
  return ({ party }) => ({ hits: (lists.current().screen(toParty(party, now())) ?? []).map(fromHit) });
}
