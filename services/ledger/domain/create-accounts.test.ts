/** Accounts: every status of the contract, in its order. */
import { expect, it } from "vitest";
import { play } from "./testing/table.ts";

const STORIES: Readonly<Record<string, string>> = {
  "an account is made once, and the same one again exists": `
    account A1                                      created
    account A1                                      exists
    account A2 bounded=debits overdraft=50          created
    and account A2 bounded=debits overdraft=50      exists
    account A3 bounded=credits history note=a       created
    account A3 bounded=credits history note=a       exists
    balance A1 0/0 0/0`,
  "the first field that differs is named": `
    account A1 bounded=debits overdraft=50 note=a code=10              created
    account A1 closed bounded=credits overdraft=1 note=b code=11       exists_with_different_flags
    account A1 history bounded=debits overdraft=50 note=a              exists_with_different_flags
    account A1 bounded=credits overdraft=1 note=b code=11              exists_with_different_balance_constraint
    account A1 bounded=debits overdraft=1 note=b ledger=2              exists_with_different_overdraft_limit
    account A1 bounded=debits overdraft=50 note=b ledger=2             exists_with_different_metadata
    account A1 bounded=debits overdraft=50 ledger=2                    exists_with_different_metadata
    account A1 bounded=debits overdraft=50 note=a ledger=2 currency=USD exists_with_different_ledger
    account A1 bounded=debits overdraft=50 note=a currency=USD code=11 exists_with_different_currency
    account A1 bounded=debits overdraft=50 note=a code=11              exists_with_different_code`,
  "ids that stand for none are refused": `
    account 0 overdraft=1      id_must_not_be_zero
    account max overdraft=1    id_must_not_be_int_max`,
  "an overdraft needs a bound": `
    account A1 overdraft=1                   overdraft_limit_needs_constraint
    account A1 bounded=debits overdraft=1    created`,
  "a request imports all of its accounts or none": `
    account A1 import=-10        created
    and account A2               imported_event_expected
    account A3                   created
    and account A4 import=-10    imported_event_not_expected`,
  "an import keeps a time that is past, and later than all before": `
    account A1 import=-10                 created
    account A2 import=-10                 imported_event_timestamp_must_not_regress
    account A2 import=-11                 imported_event_timestamp_must_not_regress
    account A2 import=0                   imported_event_timestamp_must_not_advance
    account 0 import=@max                 imported_event_timestamp_must_not_advance
    account 0 import=@max+1               imported_event_timestamp_out_of_range
    account 0 import=@-1                  imported_event_timestamp_out_of_range
    account A2 import=-9                  created
    account A1                            exists_with_different_flags
    account A1 import=-5                  exists
    account A3 import=-1 overdraft=1      overdraft_limit_needs_constraint
    account A4                            created
    account A5 import=-1                  imported_event_timestamp_must_not_regress`,
};

for (const [name, story] of Object.entries(STORIES)) {
  it(name, () => expect(play(story)).toEqual([]));
}
