/** Linked transfers: together or not at all. */
import { expect, it } from "vitest";
import { play } from "./testing/table.ts";

const ACCOUNTS = `
    account A1 bounded=debits           created
    account A2                          created
    account A3                          created`;

const STORIES: Readonly<Record<string, string>> = {
  "a chain succeeds as a whole, and again exists as a whole": `${ACCOUNTS}
    transfer T1 A2 A1 10 linked         created
    and transfer T2 A1 A3 10 linked     created
    and transfer T3 A3 A2 10            created
    and transfer T4 A2 A3 1             created
    balance A1 10/10 0/0
    transfer T1 A2 A1 10 linked         exists
    and transfer T2 A1 A3 10 linked     exists
    and transfer T3 A3 A2 10            exists
    transfer T1 A2 A1 10                exists_with_different_linked
    balance A3 10/11 0/0`,
  "of a chain that fails nothing stays but the culprit's spent id": `${ACCOUNTS}
    transfer T1 A2 A1 10 linked         linked_event_failed
    and transfer T2 A1 A3 11 linked     exceeds_credits
    and transfer T3 A3 A2 10            linked_event_failed
    and transfer T4 A2 A3 1             created
    balance A1 0/0 0/0
    transfer T2 A2 A3 1                 id_already_failed:exceeds_credits
    transfer T1 A2 A1 10                created
    transfer T3 A3 A2 10                created`,
  "the first that is not created is the culprit": `${ACCOUNTS}
    transfer T1 A2 A1 10                created
    transfer T2 A1 A3 1 linked          linked_event_failed
    and transfer T1 A2 A1 10 linked     exists_with_different_linked
    and transfer T3 A1 A3 99            linked_event_failed
    transfer T3 A1 A3 1 linked          linked_event_failed
    and transfer T1 A2 A1 10            exists
    transfer T3 A1 A3 1                 created`,
  "a chain that the request leaves open fails": `${ACCOUNTS}
    transfer T1 A2 A3 1 linked          linked_event_failed
    and transfer T2 A2 A3 1 linked      linked_event_chain_open
    transfer T3 A1 A3 1 linked          exceeds_credits
    and transfer T4 A2 A3 1 linked      linked_event_chain_open
    transfer T1 A2 A3 1 linked          linked_event_chain_open
    transfer T1 A2 A3 1                 created
    balance A2 1/0 0/0`,
  "what a chain resolved is pending again when it fails": `${ACCOUNTS}
    transfer T1 A2 A3 10 pending timeout=5 closing_debit    created
    balance A2 0/0 10/0 closed
    void V1 T1 linked                   linked_event_failed
    and transfer T2 A1 A3 1             exceeds_credits
    balance A2 0/0 10/0 closed
    transfer T3 A2 A3 0                 debit_account_already_closed
    wait 6s
    expire
    balance A2 0/0 0/0
    void V1 T1                          pending_transfer_expired`,
  "what a chain reserved and closed is free again when it fails": `${ACCOUNTS}
    transfer T1 A2 A3 10 pending timeout=1 closing_credit linked   linked_event_failed
    and transfer T2 A1 A2 1             exceeds_credits
    balance A2 0/0 0/0
    balance A3 0/0 0/0
    wait 2s
    expire
    balance A2 0/0 0/0
    post P1 T1                          pending_transfer_not_found`,
  "what a chain reversed can be reversed when it fails": `${ACCOUNTS}
    transfer T1 A2 A3 10                created
    transfer R1 A3 A2 10 reverses=T1 linked   linked_event_failed
    and transfer T2 A1 A2 1             exceeds_credits
    transfer R2 A3 A2 10 reverses=T1    created`,
  "an import that a failed chain took back can be sent again": `${ACCOUNTS}
    wait 5s
    transfer T1 A2 A3 1 import=-10 linked   linked_event_failed
    and transfer T2 A1 A3 1 import=-9   exceeds_credits
    transfer T1 A2 A3 1 import=-10      created`,
};

for (const [name, story] of Object.entries(STORIES)) {
  it(name, () => expect(play(story)).toEqual([]));
}
