import type { LedgerDeps, LedgerHandlers } from "../service.ts";

/** Says how far the log, and what is derived from it, has come. */
export function getLedgerStatus({ ledger }: LedgerDeps): LedgerHandlers["getLedgerStatus"] {
  return async () => {
    const { epoch, booked, history, events, checkpoint } = await ledger.positions();
    return {
      epoch: BigInt(epoch),
      bookedNumber: BigInt(booked),
      historyNumber: BigInt(history),
      publishedNumber: BigInt(events),
      checkpointNumber: BigInt(checkpoint),
    };
  };
}
