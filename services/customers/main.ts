/** The customers service as a process. */
import { runService } from "#platform/lifecycle/service.ts";
import { customersProgram } from "./service.ts";

await runService(process, customersProgram);
