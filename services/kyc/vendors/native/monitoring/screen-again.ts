/** Screens one monitored party against the lists as they are now, and tells where that changes anything. */
import { isDeepStrictEqual } from "node:util";
import type { TransactionScope } from "#platform/db/database.ts";
import type { NativeDeps } from "../program.ts";
import { appendEvent } from "../store/event-store.ts";
import { changeVerification, findVerification, noteLists } from "../store/verification-store.ts";

/** Does nothing for a party that was screened against these lists, or is not watched any more. */
export async function screenAgain(
  { database, lists, now, newId }: NativeDeps,
  scope: TransactionScope,
  id: string,
): Promise<void> {
  const { version, screen } = lists.current();
  await database.tenant(scope, async (transaction) => {
    const kept = await findVerification(transaction, { id }, now());
    if (kept === undefined || !kept.isMonitored || kept.state !== "passed" || kept.listsVersion === version) {
      return;
    }
    const hits = screen(kept.party) ?? [];
    if (isDeepStrictEqual(hits, kept.hits)) {
      await noteLists(transaction, kept, version);
      return;
    }
    await changeVerification(transaction, kept, { hits, listsVersion: version });
    await appendEvent(transaction, {
      tenantId: scope.tenant,
      id: newId(),
      verificationId: kept.id,
      hits,
      eventTime: now(),
    });
  });
}
