/** The ledger service as a process. */
import { runService } from "#platform/lifecycle/service.ts";
import { ledgerProgram } from "./service.ts";

await runService(process, ledgerProgram);
