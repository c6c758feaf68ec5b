/** The bank's accounts, as the settings name them: "tenant/account=986:100000" opens with 1,000.00 in Brazilian reais. */
import type { Account } from "./books.ts";

/** Gives the account of a name, before it is first used; "*" for the tenant in the settings: each tenant has its own. */
export type AccountNamed = (name: string) => Account | undefined;

/** What the setting must look like. */
export const ACCOUNTS = /^[^;=/]+\/[^;=/]+=[0-9]{3}:[0-9]{1,12}(;[^;=/]+\/[^;=/]+=[0-9]{3}:[0-9]{1,12})*$/;

/** Reads the setting. */
export function readAccounts(text: string): AccountNamed {
  const accounts = new Map(
    text.split(";").map((one) => {
      const [, name = "", currency = "", opening = "0"] = /^(.*)=([0-9]{3}):([0-9]+)$/.exec(one) ?? [];
      return [name, { currency, openingMinor: BigInt(opening) }] as const;
    }),
  );
  return (name) => accounts.get(name) ?? accounts.get(`*${name.slice(name.indexOf("/"))}`);
}
