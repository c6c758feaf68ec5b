/** The ledger service on TigerBeetle, as a process. */
import { runService } from "#platform/lifecycle/service.ts";
import { tigerBeetleLedgerProgram } from "./program.ts";
import { openTigerBeetle } from "./tigerbeetle.ts";

await runService(process, tigerBeetleLedgerProgram(openTigerBeetle));
