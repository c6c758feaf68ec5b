/** The accounts service as a process. */
import { runService } from "#platform/lifecycle/service.ts";
import { accountsProgram } from "./service.ts";

await runService(process, accountsProgram);
