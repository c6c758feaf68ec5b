/** Pending transfers: posted, voided or expired, once; and the accounts that they close. */
import { expect, it } from "vitest";
import { play } from "./testing/table.ts";

const ACCOUNTS = `
    account A1                     created
    account A2                     created
    account A3                     created`;

const STORIES: Readonly<Record<string, string>> = {
  "a post moves what it names and releases the rest": `${ACCOUNTS}
    transfer T1 A1 A2 10 pending   created
    balance A1 0/0 10/0
    balance A2 0/0 0/10
    post P1 T1 amount=4            created
    balance A1 4/0 0/0
    balance A2 0/4 0/0
    post P1 T1 amount=4            exists
    post P1 T1                     exists_with_different_amount
    post P1 T1 amount=5            exists_with_different_amount
    post P2 T1                     pending_transfer_already_posted
    void V1 T1                     pending_transfer_already_posted`,
  "a post of the whole may ask for more again": `${ACCOUNTS}
    transfer T1 A1 A2 10 pending   created
    post P1 T1                     created
    balance A1 10/0 0/0
    post P1 T1 amount=10           exists
    post P1 T1 amount=11           exists
    post P1 T1 amount=9            exists_with_different_amount`,
  "a void releases all": `${ACCOUNTS}
    transfer T1 A1 A2 10 pending   created
    void V1 T1 amount=9            pending_transfer_has_different_amount
    void V1 T1 amount=11           exceeds_pending_transfer_amount
    void V1 T1 amount=10           created
    balance A1 0/0 0/0
    void V1 T1                     exists
    post P1 T1                     pending_transfer_already_voided
    transfer R1 A2 A1 0 reverses=V1 reversed_transfer_not_posted`,
  "what is wrong with a post or void": `${ACCOUNTS}
    transfer T1 A1 A2 10 pending day=5 note=a   created
    transfer T2 A1 A2 10           created
    post P1 T1 amount=-1           amount_must_not_be_negative
    post P1 0 balancing_debit      flags_are_mutually_exclusive
    void P1 0 closing_credit       flags_are_mutually_exclusive
    void P1 0 reverses=T2          flags_are_mutually_exclusive
    post P1 0                      pending_id_must_not_be_zero
    post P1 max                    pending_id_must_not_be_int_max
    post P1 P1 timeout=1           pending_id_must_be_different
    post P1 T1 timeout=1 day=NaN   timeout_reserved_for_pending_transfer
    post P1 T1 day=NaN             value_date_invalid
    post P0 T9                     pending_transfer_not_found
    post P0 T1                     id_already_failed:pending_transfer_not_found
    post P1 T2                     pending_transfer_not_pending
    post P1 T1 debit=A3 credit=A3  pending_transfer_has_different_debit_account_id
    post P1 T1 debit=A1 credit=A3 amount=11 currency=USD   pending_transfer_has_different_credit_account_id
    post P1 T1 amount=11 currency=USD code=2   pending_transfer_has_different_currency
    post P1 T1 amount=11 code=2    pending_transfer_has_different_code
    post P1 T1 amount=11           exceeds_pending_transfer_amount
    post P1 T1 debit=A1 credit=A2 code=1 amount=10   created
    post P1 T1                     exists
    post P1 T1 reverses=T2         exists_with_different_reverses_id
    post P1 T1 note=a day=5        exists
    post P1 T1 note=b              exists_with_different_metadata
    post P1 T1 day=6               exists_with_different_value_date
    post P1 T1 code=2              exists_with_different_code
    post P1 T1 debit=A2            exists_with_different_debit_account_id
    post P1 T2                     exists_with_different_pending_id
    void P1 T1                     exists_with_different_flags`,
  "nothing but expiry resolves a pending transfer once its time is up": `${ACCOUNTS}
    transfer T1 A1 A2 10 pending timeout=5    created
    transfer T2 A1 A2 10 pending timeout=5    created
    wait 4s
    expire
    balance A1 0/0 20/0
    post P1 T1                     created
    wait 2s
    post P2 T2                     pending_transfer_expired
    void V2 T2                     pending_transfer_expired
    balance A1 10/0 10/0
    expire
    balance A1 10/0 0/0
    post P2 T2                     pending_transfer_expired
    expire
    balance A1 10/0 0/0`,
  "it is pending to the last nanosecond": `${ACCOUNTS}
    at 1700000001000000000
    transfer T1 A1 A2 10 pending timeout=5    created
    transfer T2 A1 A2 10 pending timeout=5    created
    at 1700000006000000000
    post P1 T1                     pending_transfer_expired
    expire
    balance A1 0/0 10/0`,
  "an import of the time before does not resolve it either": `${ACCOUNTS}
    transfer T1 A1 A2 10 pending timeout=5    created
    wait 9s
    post P1 T1 import=-5000000000  pending_transfer_expired
    void V1 T1 import=-5000000000  pending_transfer_expired`,
  "a clock that goes back does not make it pending again": `${ACCOUNTS}
    transfer T1 A1 A2 10 pending timeout=5    created
    wait 9s
    transfer T2 A1 A2 1            created
    wait -9s
    post P1 T1                     pending_transfer_expired`,
  "what is released was reserved, whatever closed": `${ACCOUNTS}
    transfer T1 A1 A2 10 pending   created
    transfer T2 A1 A3 1 pending closing_debit   created
    balance A1 0/0 11/0 closed
    transfer T3 A1 A2 1            debit_account_already_closed
    transfer T4 A2 A1 1            credit_account_already_closed
    transfer T5 A1 A2 1 pending    debit_account_already_closed
    post P1 T1                     debit_account_already_closed
    post P2 T2                     debit_account_already_closed
    void V1 T1                     created
    balance A1 0/0 1/0 closed
    void V2 T2                     created
    balance A1 0/0 0/0
    transfer T6 A1 A2 1            created`,
  "the expiry of what closed an account opens it again": `${ACCOUNTS}
    transfer T1 A1 A2 1 pending closing_debit closing_credit timeout=1   created
    balance A1 0/0 1/0 closed
    balance A2 0/0 0/1 closed
    wait 2s
    transfer T2 A3 A2 1            credit_account_already_closed
    expire
    balance A1 0/0 0/0
    balance A2 0/0 0/0
    transfer T3 A1 A2 1            created`,
  "an account that was made closed stays so": `${ACCOUNTS}
    account A4 closed              created
    transfer T1 A4 A1 0            debit_account_already_closed
    transfer T2 A1 A4 0            credit_account_already_closed`,
};

for (const [name, story] of Object.entries(STORIES)) {
  it(name, () => expect(play(story)).toEqual([]));
}
