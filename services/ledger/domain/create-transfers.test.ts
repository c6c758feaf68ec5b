/** Transfers of one phase and what they are refused for, in the contract's order. */
import { expect, it } from "vitest";
import { play } from "./testing/table.ts";

const STORIES: Readonly<Record<string, string>> = {
  "money moves from one account to another, zero of it too": `
    account A1                     created
    account A2                     created
    transfer T1 A1 A2 10           created
    transfer T2 A2 A1 4            created
    transfer T3 A1 A2 0            created
    balance A1 10/4 0/0
    balance A2 4/10 0/0`,
  "a transfer is booked once, and the first field that differs is named": `
    account A1                     created
    account A2                     created
    account A3                     created
    transfer T1 A1 A2 10 note=a day=100 pending timeout=5    created
    transfer T1 A1 A2 10 note=a day=100 pending timeout=5    exists
    and transfer T1 A1 A2 10 note=a day=100 pending timeout=5    exists
    transfer T1 A3 A1 9 linked code=2                        exists_with_different_linked
    and transfer T9 A1 A2 1                                  linked_event_failed
    transfer T1 A3 A1 9 of=T7 timeout=6                      exists_with_different_flags
    transfer T1 A3 A1 9 pending closing_debit                exists_with_different_flags
    transfer T1 A3 A1 9 pending balancing_credit             exists_with_different_flags
    transfer T1 A3 A1 9 pending of=T7 timeout=6              exists_with_different_pending_id
    transfer T1 A3 A1 9 pending timeout=6                    exists_with_different_timeout
    transfer T1 A3 A1 9 pending timeout=5                    exists_with_different_debit_account_id
    transfer T1 A1 A3 9 pending timeout=5                    exists_with_different_credit_account_id
    transfer T1 A1 A2 9 pending timeout=5 currency=USD       exists_with_different_amount
    transfer T1 A1 A2 11 pending timeout=5                   exists_with_different_amount
    transfer T1 A1 A2 - pending timeout=5                    exists_with_different_amount
    transfer T1 A1 A2 10 pending timeout=5 currency=USD      exists_with_different_currency
    transfer T1 A1 A2 10 pending timeout=5 note=b            exists_with_different_metadata
    transfer T1 A1 A2 10 pending timeout=5 note=a            exists_with_different_value_date
    transfer T1 A1 A2 10 pending timeout=5 note=a day=NaN    exists_with_different_value_date
    transfer T1 A1 A2 10 pending timeout=5 note=a day=100 reverses=T7   exists_with_different_reverses_id
    transfer T1 A1 A2 10 pending timeout=5 note=a day=100 code=2        exists_with_different_code
    balance A1 0/0 10/0`,
  "what is wrong with a transfer by itself comes first": `
    transfer 0 0 0 -1 code=0                     id_must_not_be_zero
    transfer max 0 0 -1 code=0                   id_must_not_be_int_max
    transfer T1 0 0 -1 pending reverses=T7       amount_must_not_be_negative
    transfer T1 0 0 1 pending reverses=T7        flags_are_mutually_exclusive
    transfer T1 0 max 1                          debit_account_id_must_not_be_zero
    transfer T1 max 0 1                          debit_account_id_must_not_be_int_max
    transfer T1 A1 0 1                           credit_account_id_must_not_be_zero
    transfer T1 A1 max 1                         credit_account_id_must_not_be_int_max
    transfer T1 A1 A1 1 of=T7                    accounts_must_be_different
    transfer T1 A1 A2 1 of=T7 timeout=1          pending_id_must_be_zero
    transfer T1 A1 A2 1 timeout=1 closing_debit  timeout_reserved_for_pending_transfer
    transfer T1 A1 A2 - closing_debit            closing_transfer_must_be_pending
    transfer T1 A1 A2 - closing_credit           closing_transfer_must_be_pending
    transfer T1 A1 A2 - day=NaN                  amount_must_be_set
    transfer T1 A1 A2 1 day=NaN code=0           value_date_invalid
    transfer T1 A1 A2 1 code=0                   code_must_not_be_zero
    transfer T1 A1 A2 1                          debit_account_not_found`,
  "what accounts do not fit is refused": `
    account A1                                created
    account A2 ledger=2                       created
    account A3 currency=USD                   created
    account A4 ledger=2 currency=USD          created
    account A5                                created
    transfer T1 A1 A4 1                       accounts_must_have_the_same_ledger
    transfer T1 A1 A3 1                       currencies_must_match
    transfer T1 A1 A5 1 currency=USD          currencies_must_match
    transfer T1 A1 A5 1                       created
    transfer T2 A9 A8 1                       debit_account_not_found
    transfer T3 A1 A8 1                       credit_account_not_found`,
  "an id that failed by the state of the moment is spent": `
    account A1 bounded=debits                 created
    transfer T1 A1 A2 10                      credit_account_not_found
    account A2                                created
    transfer T1 A1 A2 10                      id_already_failed:credit_account_not_found
    transfer T1 0 0 -1 code=0                 id_already_failed:credit_account_not_found
    transfer T2 A1 A2 10                      exceeds_credits
    transfer T2 A1 A2 0                       id_already_failed:exceeds_credits
    transfer T3 A1 A2 0 code=0                code_must_not_be_zero
    transfer T3 A1 A2 0                       created`,
  "a bounded account never passes its bound, what is pending on its side counted": `
    account A1 bounded=debits overdraft=5     created
    account A2                                created
    account A3 bounded=credits                created
    transfer T1 A2 A1 10                      created
    transfer T2 A1 A2 16                      exceeds_credits
    transfer T3 A1 A2 8 pending               created
    transfer T4 A2 A1 90 pending              created
    transfer T5 A1 A2 8                       exceeds_credits
    transfer T6 A1 A2 7                       created
    transfer T7 A1 A2 1 pending               exceeds_credits
    balance A1 7/10 8/90
    transfer T8 A2 A3 1                       exceeds_debits
    transfer T9 A3 A2 4                       created
    transfer TA A2 A3 3 pending               created
    transfer TB A2 A3 2                       exceeds_debits
    transfer TC A2 A3 1                       created
    balance A3 4/1 0/3`,
  "a balancing transfer moves what is available, and may ask for more again": `
    account A1 bounded=debits overdraft=5     created
    account A2                                created
    transfer T1 A2 A1 10                      created
    transfer T2 A1 A2 4 pending               created
    transfer T3 A1 A2 100 balancing_debit     created
    balance A1 11/10 4/0
    transfer T3 A1 A2 11 balancing_debit      exists
    transfer T3 A1 A2 999 balancing_debit     exists
    transfer T3 A1 A2 10 balancing_debit      exists_with_different_amount
    transfer T4 A1 A2 7 balancing_debit       created
    balance A1 11/10 4/0
    transfer T5 A1 A2 7 balancing_credit      created
    transfer T6 A2 A1 7 balancing_credit      created
    balance A1 11/16 4/0
    transfer T7 A2 A1 9 balancing_debit balancing_credit   created
    balance A1 11/16 4/0`,
  "sums stay within 63 bits": `
    account A1                     created
    account A2                     created
    account A3                     created
    transfer T1 A1 A2 max          created
    transfer T2 A1 A3 1            overflows_debits_posted
    transfer T3 A3 A2 1            overflows_credits_posted
    transfer T2 A3 A1 half pending created
    transfer T4 A3 A2 half pending overflows_debits_pending
    transfer T4 A2 A1 half pending overflows_credits_pending
    transfer T4 A3 A2 max          overflows_credits_posted
    transfer T4 A2 A1 half         overflows_credits
    transfer T4 A3 A9 half         credit_account_not_found
    account A9                     created
    transfer T5 A3 A9 half         overflows_debits`,
  "a timeout ends within 64 bits": `
    account A1                                 created
    account A2                                 created
    at 9223372036000000000
    transfer T1 A1 A2 1 pending timeout=1      overflows_timeout
    transfer T1 A1 A2 1 pending                created`,
  "reversals mirror what was posted, and together never exceed it": `
    account A1                                created
    account A2                                created
    account A3                                created
    transfer T1 A1 A2 10                      created
    transfer T2 A1 A2 10 pending              created
    transfer R1 A2 A1 1 reverses=T9           reversed_transfer_not_found
    transfer R1 A2 A1 1 reverses=T9           id_already_failed:reversed_transfer_not_found
    transfer R2 A2 A1 1 reverses=T2           reversed_transfer_not_posted
    transfer R2 A1 A2 1 reverses=T1           reversal_must_mirror_accounts
    transfer R2 A2 A3 1 reverses=T1           reversal_must_mirror_accounts
    transfer R2 A2 A1 11 reverses=T1          exceeds_reversed_transfer_amount
    transfer R3 A2 A1 6 reverses=T1           created
    transfer R4 A2 A1 5 reverses=T1           exceeds_reversed_transfer_amount
    transfer R5 A2 A1 4 reverses=T1           created
    transfer R6 A2 A1 1 reverses=T1           exceeds_reversed_transfer_amount
    post P1 T2                                created
    transfer R7 A2 A1 10 reverses=P1          created
    transfer R8 A2 A1 0 reverses=T2           reversed_transfer_not_posted
    balance A1 20/20 0/0`,
  "an import keeps a time that is past, and later than what it follows": `
    account A1 import=-100                    created
    wait 5s
    account A2                                created
    wait 5s
    transfer T1 A1 A2 1 import=-6000000000    imported_event_timestamp_must_postdate_credit_account
    transfer T1 A2 A1 1 import=-6000000000    imported_event_timestamp_must_postdate_debit_account
    transfer T1 A1 A2 1 import=0              imported_event_timestamp_must_not_advance
    transfer T1 A1 A2 1 import=@max+1         imported_event_timestamp_out_of_range
    transfer 0 A1 A2 1 import=@-1             imported_event_timestamp_out_of_range
    transfer T1 A1 A2 1 import=-10            created
    and transfer T2 A1 A2 1                   imported_event_expected
    transfer T2 A1 A2 1                       created
    and transfer T3 A1 A2 1 import=-1         imported_event_not_expected
    transfer T3 A1 A2 1 import=-1             imported_event_timestamp_must_not_regress
    wait 1s
    transfer T3 A1 A2 1 import=-10 pending timeout=1    imported_event_timeout_must_be_zero
    transfer T3 A1 A2 1 import=-10 pending    created
    transfer T3 A1 A2 1 pending               exists_with_different_flags
    post P1 T3 import=-9                      created
    balance A1 3/0 0/0`,
};

for (const [name, story] of Object.entries(STORIES)) {
  it(name, () => expect(play(story)).toEqual([]));
}
