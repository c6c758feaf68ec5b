/** Takes in what is heard of a verification, with its events, in one transaction. */
import type { ProviderVerification } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import { heard, type State, wayTo } from "../domain/decide.ts";
import { verificationFacts } from "../events/outbox.ts";
import { toSaid, toState } from "../mapping.ts";
import type { KycDeps } from "../service.ts";
import { watch } from "../store/monitoring-store.ts";
import { findVerification, updateVerification, type Verification } from "../store/verification-store.ts";

type Scope = { readonly tenant: string; readonly deadlineMs: number };

/** A vendor's answer. */
export interface Said {
  readonly vendor: string;
  readonly said: ProviderVerification;
}

/** What a vendor said; what is older than what is known changes nothing. */
export function takeIn(deps: KycDeps, scope: Scope, id: string, { vendor, said }: Said): Promise<Verification> {
  return change(deps, scope, id, async (transaction, known) => {
    const state = toState(said.state);
    const { isNews, way } =
      state === undefined
        ? { isNews: false, way: [] }
        : heard({ ...known, isDecided: known.isAccepted !== null }, { state, version: said.version });
    if (!isNews || (way.length === 0 && said.version === known.version)) {
      return { after: known, way };
    }
    if (known.isMonitored) {
      await watch(transaction, scope.tenant, vendor, deps.now());
    }
    return { after: { ...known, ...toSaid(said), vendor }, way };
  });
}

/** That nobody knows what a vendor did. */
export function takeInDoubt(
  deps: KycDeps,
  scope: Scope,
  id: string,
  vendor: string | undefined,
): Promise<Verification> {
  return moveTo(deps, scope, id, "unknown", vendor === undefined ? {} : { vendor });
}

/** Moves a verification, where it may go there. */
export function moveTo(
  deps: KycDeps,
  scope: Scope,
  id: string,
  to: State,
  more: Partial<Verification> = {},
): Promise<Verification> {
  return change(deps, scope, id, async (_transaction, known) => {
    const way = wayTo(known.state, to);
    return { after: way.length === 0 ? known : { ...known, ...more }, way };
  });
}

async function change(
  { database, outbox, now, resolveAfterMs }: KycDeps,
  scope: Scope,
  id: string,
  work: (
    transaction: Transaction,
    known: Verification,
  ) => Promise<{ readonly after: Verification; readonly way: readonly State[] }>,
): Promise<Verification> {
  return database.tenant(scope, async (transaction) => {
    const known = await findVerification(transaction, id, "update");
    if (known === undefined) {
      throw new Error(`verification ${id} is lost`);
    }
    const { after: changed, way } = await work(transaction, known);
    if (changed === known) {
      return known;
    }
    const at = now();
    const after = { ...changed, state: way.at(-1) ?? known.state, updateTime: at };
    const resolveTime = way.length === 0 ? undefined : new Date(at.getTime() + resolveAfterMs);
    await updateVerification(transaction, after, resolveTime);
    await outbox.append(transaction, verificationFacts(scope.tenant, known.state, way, after));
    return after;
  });
}
