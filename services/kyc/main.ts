/** The kyc service as a process. */
import { runService } from "#platform/lifecycle/service.ts";
import { kycProgram } from "./service.ts";

await runService(process, kycProgram);
