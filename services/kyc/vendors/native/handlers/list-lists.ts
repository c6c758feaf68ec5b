import { fromList } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";

/** Names the lists. */
export function listLists({ lists }: NativeDeps): NativeHandlers["listLists"] {
  return () => ({
    lists: lists
      .current()
      .lists.map(fromList)
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  });
}
